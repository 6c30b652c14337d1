-- Did each order come through conversational commerce, and what decided it?
-- Grain: one order, which is its own candidate: there are no touchpoints here. If order_key is
-- order_group_id the candidate is its checkout, once for each way in which orders of it are judged.
create view conversational_commerce.order_candidates
parameters
    order_key varchar in ('order_id', 'order_group_id') default 'order_id'
as
with checkouts as (
    select
        order_id,
        first_value(order_group_id order by ingested_at desc nulls last) as order_group_id
    from orders
    group by order_id
),
judged as (
    select
        order_id,
        'order' as candidate_type,
        order_id as candidate_id,
        ordered_at,
        captured_at,
        channel,
        revenue,
        reason
    from conversational_commerce.captured_orders
    where order_key = 'order_id'
    union all
    select
        checkouts.order_id,
        'checkout' as candidate_type,
        captured.order_id as candidate_id,
        captured.ordered_at,
        captured.captured_at,
        captured.channel,
        captured.revenue,
        captured.reason
    from checkouts
    join conversational_commerce.captured_orders as captured
        on captured.order_id = coalesce(checkouts.order_group_id, checkouts.order_id)
    where order_key = 'order_group_id'
)
select
    order_id,
    ordered_at,
    candidate_type,
    candidate_id,
    captured_at as occurred_at,
    cast(null as varchar) as agent_id,
    channel,
    case when reason = 'counted' then 'accepted' else 'rejected' end as decision,
    case when reason = 'counted' then 'channel_in_scope' else reason end as rule,
    case when reason = 'counted' then 1.0 end as credit,
    revenue as amount,
    case when reason = 'counted' then report_currency() end as currency
from judged
