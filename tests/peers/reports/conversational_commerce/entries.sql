select
    started_at as entered_at,
    session_id,
    customer_id as user_id,
    user_class,
    is_bounced,
    is_human_supported,
    history_starts_at,
    null as order_id,
    null as revenue,
    null as items,
    null as item_revenue
from default_sessions
union all
select captured_at, null, null, null, null, null, null, order_id, revenue, items, item_revenue
from default_orders
where reason = 'counted'
