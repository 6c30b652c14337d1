-- What does chat sell, for any day, channel, product or class of buyer?
-- Grain: that of the query. Orders belong to their day, sessions to that of their start, displays,
-- quizzes and visits to their own. A measure of events that were never received is NULL.
-- Source: LimeChat, "Sales Insights"
create metric view sales_insights.metrics
facts
    sales_insights.chat_sessions as c time c.started_at,
    sales_insights.user_orders as o time o.ordered_at,
    sales_insights.sold_products as p time p.ordered_at,
    sales_insights.shown_products as d time d.shown_at,
    sales_insights.quiz_steps as q time q.started_at,
    (
        select
            visits.visited_at,
            visits.contact_id,
            visits.product_id,
            products.name as product,
            products.category,
            visits.purchased
        from sales_insights.pdp_visits as visits
        left join products on products.product_id = visits.product_id
    ) as v time v.visited_at
dimensions
    date = {
        c: local_date(c.started_at),
        o: local_date(o.ordered_at),
        p: local_date(p.ordered_at),
        d: local_date(d.shown_at),
        q: local_date(q.started_at),
        v: local_date(v.visited_at)
    } comment 'local day of the session''s start, order, display, quiz or visit',
    channel = { c: c.channel, o: o.channel, p: p.channel }
        comment 'channel of the session, or of the order',
    product_id = { p: p.product_id, d: d.product_id, v: v.product_id }
        comment '(unallocated) is what no product sold',
    product = { p: p.product, d: d.product, v: v.product } comment 'name of the product',
    category = { p: p.category, d: d.category, v: v.category } comment 'category of the product',
    buyer_class = { o: o.buyer_class } comment 'first_order of a customer, or repeat'
measures
    chat_sessions = count(*) on c comment 'all chat sessions',
    pre_purchased_sessions = count(*) filter (where c.has_intent) on c
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'intent' and is_received
        )
        comment 'with an intent to buy, before a purchase or without one',
    abandoned_sessions = count(*) filter (where c.is_abandoned) on c
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'intent' and is_received
        )
        comment 'of these, without a purchase',
    sessions_with_order = count(*) filter (where c.has_order) on c
        comment 'in which an order in scope was placed',
    total_orders = count(*) on o comment 'orders in scope',
    revenue_generated = sum(o.amount) on o format 'money' comment 'their amount',
    conversion_rate = ratio(total_orders, pre_purchased_sessions) format 'percent'
        comment 'orders to pre-purchased sessions; may exceed 1',
    session_conversion_rate = ratio(sessions_with_order, chat_sessions) format 'percent'
        comment 'share of sessions with an order; at most 1',
    revenue_per_chat = ratio(revenue_generated, chat_sessions) format 'money'
        comment 'revenue per chat session',
    shown = count(distinct d.display_id) on d
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'product_shown' and is_received
        )
        comment 'displays of products, redrawn ones once',
    units_sold = sum(p.quantity) on p format 'count' comment 'units in orders in scope',
    sales = sum(p.amount) on p format 'money' comment 'sums to the revenue',
    quiz_started = count(distinct q.attempt_id) filter (where q.event_type = 'quiz_started') on q
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'quiz_started' and is_received
        )
        comment 'attempts at the product quiz',
    quiz_completed = count(distinct q.attempt_id) filter (where q.event_type = 'quiz_completed')
        on q
        when exists (
            -- Without a start there is no attempt to complete.
            select 1 from sales_insights.received_events
            where event_type in ('quiz_started', 'quiz_completed') and is_received
            having count(*) = 2
        )
        comment 'those of them that were completed',
    pdp_visitors = count(distinct v.contact_id) on v
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'product_view' and is_received
        )
        comment 'who saw a product''s page',
    pdp_purchasers = count(distinct v.contact_id) filter (where v.purchased) on v
        when exists (
            select 1 from sales_insights.received_events
            where event_type = 'product_view' and is_received
        )
        comment 'those of them who then bought'
