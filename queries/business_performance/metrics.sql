-- What did tracking links sell, for any day, channel, team, agent or product of the link?
-- Grain: that of the query. Orders belong to the day of the purchase, clicks and the steps of the
-- funnel to that of the click, links to that of their creation. What depends on events that the
-- site has never sent is NULL.
-- Source: Crescendo Lab CAAC, "Business Performance"
create metric view business_performance.metrics
facts
    business_performance.link_orders as o time o.ordered_at,
    (
        select
            ordered_at,
            convert(total, currency, ordered_at) as amount
        from base.restated_orders
        where kind = 'sale' and not is_test
    ) as s time s.ordered_at,
    business_performance.clicks_with_link as c time c.clicked_at,
    business_performance.links as l time l.created_at,
    business_performance.clicked_links as k time k.created_at,
    business_performance.checkouts as b time b.began_at,
    business_performance.funnel_steps as f time f.clicked_at
dimensions
    date = {
        o: local_date(o.ordered_at),
        s: local_date(s.ordered_at),
        c: local_date(c.clicked_at),
        l: local_date(l.created_at),
        k: local_date(k.created_at),
        b: local_date(b.began_at),
        f: local_date(f.clicked_at)
    } comment 'local day of the order, click, link or checkout',
    channel = {
        o: o.channel, c: c.channel, l: l.channel, k: k.channel, b: b.channel, f: f.channel
    } comment 'channel in which the link was sent',
    team_id = {
        o: o.team_id, c: c.team_id, l: l.team_id, k: k.team_id, b: b.team_id, f: f.team_id
    } comment 'team of the agent when the link was made',
    team = { o: o.team, c: c.team, l: l.team, k: k.team, b: b.team, f: f.team }
        comment 'name of the team',
    agent_id = {
        o: o.agent_id, c: c.agent_id, l: l.agent_id, k: k.agent_id, b: b.agent_id, f: f.agent_id
    } comment 'who made the link',
    agent = { o: o.agent, c: c.agent, l: l.agent, k: k.agent, b: b.agent, f: f.agent }
        comment 'name of the agent',
    product_id = {
        o: o.product_id, c: c.product_id, l: l.product_id, k: k.product_id, b: b.product_id,
        f: f.product_id
    } comment 'product that the link shows',
    product = {
        o: o.product, c: c.product, l: l.product, k: k.product, b: b.product, f: f.product
    } comment 'name of the product'
measures
    orders = count(distinct o.order_id) on o
        when exists (select 1 from base.received_events where event_type = 'purchase')
        comment 'orders that a link earned',
    revenue = sum(o.amount) on o
        when exists (select 1 from base.received_events where event_type = 'purchase')
        format 'money' comment 'their amount as of the purchase',
    net_revenue = sum(o.net_amount) on o
        when exists (select 1 from base.received_events where event_type = 'purchase')
        format 'money' comment 'after refunds, changes and cancellation',
    shop_revenue = sum(s.amount) on s format 'money' comment 'of the whole shop, link or not',
    average_order_value = ratio(revenue, orders) format 'money' comment 'revenue per order',
    converting_clicks = count(*) filter (where c.converted) on c
        when exists (select 1 from base.received_events where event_type = 'purchase')
        comment 'clicks that led to an order, whenever it was placed',
    conversion_rate = ratio(converting_clicks, link_clicks) format 'percent'
        comment 'share of clicks that led to an order; at most 1',
    orders_per_click = ratio(orders, link_clicks)
        comment 'each by its own day; may exceed 1',
    links_created = count(*) on l comment 'by agents, unless a parameter says whose',
    links_clicked = count(*) on k comment 'of the links created, those ever clicked',
    link_clicks = count(*) on c comment 'repeats included, crawlers not',
    click_through_rate = ratio(link_clicks, links_created) format 'percent'
        comment 'clicks on any link to links created; may exceed 1',
    links_clicked_rate = ratio(links_clicked, links_created) format 'percent'
        comment 'share of the links created that were ever clicked; at most 1',
    checkouts_started = count(*) on b
        when exists (select 1 from base.received_events where event_type = 'begin_checkout')
        comment 'begun after a click',
    purchases_completed = orders comment 'orders with a purchase event of a contact who clicked',
    purchase_events = sum_once(o.purchase_events, o.order_id) on o
        when exists (select 1 from base.received_events where event_type = 'purchase')
        format 'count' comment 'reloads of the last page included',
    funnel_clicked = count(distinct f.contact_id) filter (where f.step_number = 1) on f
        comment 'contacts who clicked',
    funnel_checkout = count(distinct f.contact_id) filter (where f.step_number = 2) on f
        when exists (select 1 from base.received_events where event_type = 'begin_checkout')
        comment 'those of them who then began a checkout',
    funnel_purchased = count(distinct f.contact_id) filter (where f.step_number = 3) on f
        when exists (select 1 from base.received_events where event_type = 'purchase')
        comment 'those of them who then bought'
