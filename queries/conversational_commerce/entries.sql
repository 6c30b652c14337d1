-- What do the totals of this report add up?
-- Grain: one session, by its start, or one order that counts. What is of the other is NULL.
create view conversational_commerce.entries as
select
    started_at as entered_at,
    session_id,
    customer_id as user_id,
    user_class,
    is_bounced,
    is_human_supported,
    history_starts_at,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as revenue,
    cast(null as bigint) as items,
    cast(null as decimal(18, 2)) as item_revenue
from conversational_commerce.sessions
union all
select
    captured_at as entered_at,
    cast(null as varchar) as session_id,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_class,
    cast(null as boolean) as is_bounced,
    cast(null as boolean) as is_human_supported,
    cast(null as timestamp) as history_starts_at,
    order_id,
    revenue,
    items,
    item_revenue
from conversational_commerce.captured_orders
where reason = 'counted'
