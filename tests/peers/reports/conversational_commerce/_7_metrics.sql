-- Sessions and orders by the dimensions, one below the other.
create macro facts_of(sessions, orders) as table
select
    local_date(started_at) as date,
    channel,
    session_id,
    customer_id,
    is_bounced,
    is_human_supported,
    has_order,
    user_class = 'new' as is_new,
    null as order_id,
    null as revenue,
    null as items,
    null as item_revenue
from query_table(sessions)
union all
select
    local_date(captured_at),
    channel,
    null, null, null, null, null, null,
    order_id, revenue, items, item_revenue
from query_table(orders)
where reason = 'counted';

-- Every measure at a grain, a list of dimensions; the others are NULL.
create macro measured(grain, facts, since := date '2000-01-01') as table
with grains as (
    select * replace (
        case when list_contains(grain, 'date') then date end as date,
        case when list_contains(grain, 'channel') then channel end as channel
    )
    from query_table(facts)
    where date >= since
),
sums as (
    select
        date,
        channel,
        coalesce(sum(revenue), 0) as revenue,
        count(order_id) as orders,
        coalesce(sum(items), 0) as items,
        coalesce(sum(item_revenue), 0) as item_revenue,
        count(session_id) as sessions,
        count(session_id) filter (is_bounced) as bounced,
        count(session_id) filter (is_human_supported) as supported,
        count(session_id) filter (has_order) as with_order,
        count(distinct customer_id) as users,
        count(distinct customer_id) filter (is_new) as new_users
    from grains
    group by date, channel
)
select
    date,
    channel,
    revenue as total_revenue,
    orders as total_orders,
    items as total_items,
    item_revenue,
    ratio(revenue, orders) as average_ticket,
    ratio(items, orders) as items_per_order,
    ratio(item_revenue, items) as average_price_per_item,
    sessions as total_sessions,
    bounced as bounced_sessions,
    ratio(bounced, sessions) as bounce_rate,
    users as total_users,
    new_users as total_new_users,
    users - new_users as total_returning_users,
    ratio(orders, users) as average_conversion_per_user,
    ratio(orders, sessions) as conversion_rate,
    with_order as sessions_with_order,
    ratio(with_order, sessions) as session_conversion_rate,
    supported as human_support_sessions,
    sessions - supported as self_service_sessions,
    ratio(supported, sessions) as human_support_rate,
    ratio(sessions - supported, sessions) as self_service_rate
from sums;

create table default_facts as from facts_of('default_sessions', 'default_orders');

create table sessions_of_all_channels as
from sessions(channels := 'whatsapp, instagram, webchat, email');

create table orders_of_all_channels as
from captured(channels := 'whatsapp, instagram, webchat, email');

create table facts_of_all_channels as
from facts_of('sessions_of_all_channels', 'orders_of_all_channels');
