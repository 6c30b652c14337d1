-- What does the channel sell, and who uses it, by any day and channel?
-- Grain: that of the query. Sessions and users are of the day a session starts, orders and amounts
-- of the day an order counts. A user is new with the first session ever: new and returning users
-- add up to all of them, whatever is grouped by; only new users of days add up to those of more.
-- Source: VTEX, "Conversational Commerce dashboard"
create metric view conversational_commerce.metrics
facts
    conversational_commerce.sessions as s time s.started_at,
    (
        select
            order_id,
            channel,
            captured_at,
            revenue,
            items,
            item_revenue
        from conversational_commerce.captured_orders
        where reason = 'counted'
    ) as o time o.captured_at
dimensions
    date = { s: local_date(s.started_at), o: local_date(o.captured_at) }
        comment 'day of the session''s zone',
    channel = { s: s.channel, o: o.channel }
measures
    total_revenue = sum(o.revenue) on o format 'money'
        comment 'what was paid, shipping and tax included, in the report''s currency',
    total_orders = count(o.order_id) on o comment 'orders that count',
    total_items = sum(o.items) on o format 'count' comment 'units',
    item_revenue = sum(o.item_revenue) on o format 'money' comment 'for the goods alone',
    average_ticket = ratio(total_revenue, total_orders) format 'money'
        comment 'what an order pays on average, shipping and tax included',
    items_per_order = ratio(total_items, total_orders) comment 'units in an order, on average',
    average_price_per_item = ratio(item_revenue, total_items) format 'money'
        comment 'what an item costs on average, the goods alone',
    total_sessions = count(s.session_id) on s comment 'sessions that began',
    bounced_sessions = count(s.session_id) filter (where s.is_bounced) on s
        comment 'with one message of the customer',
    bounce_rate = ratio(bounced_sessions, total_sessions) format 'percent'
        comment 'share of sessions with exactly one message of the customer',
    total_users = count(distinct s.customer_id) on s comment 'customers with a session',
    total_new_users = count(distinct s.customer_id) filter (where s.user_class = 'new') on s
        comment 'users whose first session ever it is',
    total_returning_users = total_users - total_new_users comment 'users with an earlier session',
    average_conversion_per_user = ratio(total_orders, total_users) comment 'orders, not a percentage',
    conversion_rate = ratio(total_orders, total_sessions) format 'percent'
        comment 'orders to sessions; may exceed 1',
    sessions_with_order = count(s.session_id) filter (where s.has_order) on s
        comment 'sessions in which an order was placed',
    session_conversion_rate = ratio(sessions_with_order, total_sessions) format 'percent'
        comment 'share of sessions with an order; at most 1',
    human_support_sessions = count(s.session_id) filter (where s.is_human_supported) on s
        comment 'with a message of an agent',
    self_service_sessions = total_sessions - human_support_sessions
        comment 'sessions without a message of an agent',
    human_support_rate = ratio(human_support_sessions, total_sessions) format 'percent'
        comment 'share of sessions with a message of an agent',
    self_service_rate = ratio(self_service_sessions, total_sessions) format 'percent'
        comment 'share of sessions without a message of an agent'
