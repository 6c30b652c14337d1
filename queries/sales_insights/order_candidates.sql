-- Does chat count each order, and what decided it?
-- Grain: one order, which is its own candidate: there are no touchpoints here.
create view sales_insights.order_candidates as
with judged as (
    select
        *,
        case
            when reason = 'in_scope' and scope = 'all' then 'whole_shop'
            when reason = 'in_scope' and source in ('bot', 'outbound') then 'source_in_scope'
            when reason = 'in_scope' then 'influenced'
            when reason = 'other_source' and scope in ('influenced', 'chat')
                and coalesce(source, '') not in ('bot', 'outbound') then 'not_influenced'
            else reason
        end as rule
    from sales_insights.scoped_orders
)
select
    order_id,
    ordered_at,
    'order' as candidate_type,
    order_id as candidate_id,
    ordered_at as occurred_at,
    cast(null as varchar) as agent_id,
    channel,
    case when reason = 'in_scope' then 'accepted' else 'rejected' end as decision,
    rule,
    case when reason = 'in_scope' then 1.0 end as credit,
    amount,
    case when reason = 'in_scope' then report_currency() end as currency
from judged
