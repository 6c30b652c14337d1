-- Which clicks could have earned each order, and what decided about each?
-- Grain: one order, of the site or of the shop alone, and one click of its contact or browser; an
-- order without any is there once, without a candidate. `rule` is the first that holds, in the order
-- of the CASE below; what is accepted is as the ledger credits it.
create view business_performance.order_candidates
parameters
    lookback interval default interval '7 days',
    model varchar in (
        'last_touch', 'first_touch', 'linear', 'time_decay', 'position_based', 'j_shaped',
        'inverse_j_shaped'
    ) default 'last_touch'
as
with sold as (
    select
        order_id,
        ordered_at,
        contact_id,
        case when is_test then 'test_order' end as refused
    from business_performance.purchases
    union all
    -- What the site has not reported earns nothing.
    select
        shop.order_id,
        shop.ordered_at,
        shop.customer_id as contact_id,
        case when shop.is_test then 'test_order' when shop.kind <> 'sale' then shop.kind
            else 'not_on_site' end as refused
    from base.restated_orders as shop
    where not exists (
        select 1
        from business_performance.purchases as site
        where site.order_id = shop.order_id
    )
),
browsers as (
    select distinct
        visitor_id,
        contact_id,
        customer_id
    from base.contact_events
    where event_type in ('begin_checkout', 'purchase') and visitor_id is not null
),
-- Those of business_performance.clicks_by_contact, and those that it leaves out.
touches as (
    select
        case ways.way when 'contact' then clicks.contact_id else browsers.contact_id end
            as contact_id,
        clicks.click_id,
        clicks.clicked_at,
        links.agent_id,
        links.channel,
        case
            when clicks.is_bot then 'crawler'
            when links.link_id is null then 'unknown_link'
            when browsers.customer_id is not null and clicks.customer_id is not null
                then 'other_customer'
        end as refused
    from base.contact_clicks as clicks
    left join business_performance.tracked_links as links on links.link_id = clicks.link_id
    cross join (values ('contact'), ('browser')) as ways (way)
    left join browsers
        on ways.way = 'browser'
        and browsers.visitor_id = clicks.visitor_id
        and browsers.contact_id <> clicks.contact_id
    where ways.way = 'contact' or browsers.contact_id is not null
),
candidates as (
    select
        sold.order_id,
        sold.ordered_at,
        touches.click_id,
        touches.clicked_at,
        touches.agent_id,
        touches.channel,
        sold.refused as order_refused,
        sold.contact_id,
        touches.refused,
        earned.credit,
        earned.amount,
        max(earned.clicked_at) over (partition by sold.order_id, sold.ordered_at) as earned_at
    from sold
    left join touches on touches.contact_id = sold.contact_id
    left join business_performance.attributed_purchases as earned
        on earned.order_id = sold.order_id
        and earned.ordered_at = sold.ordered_at
        and earned.click_id = touches.click_id
        and earned.clicked_at = touches.clicked_at
        and earned.reason = 'credited'
),
judged as (
    select
        *,
        case
            when order_refused is not null then order_refused
            when contact_id is null then 'no_key'
            when click_id is null then 'no_touchpoint_in_lookback'
            when refused is not null then refused
            when clicked_at > ordered_at then 'after_order'
            when clicked_at < ordered_at - lookback then 'outside_lookback'
            when credit is not null then 'credited'
            when clicked_at = earned_at then 'lost_tie_break'
            when model = 'first_touch' then 'not_first'
            else 'not_last'
        end as rule
    from candidates
)
select
    order_id,
    ordered_at,
    case when click_id is not null then 'link_click' end as candidate_type,
    click_id as candidate_id,
    clicked_at as occurred_at,
    agent_id,
    channel,
    case when rule = 'credited' then 'accepted' else 'rejected' end as decision,
    rule,
    case when rule = 'credited' then credit end as credit,
    case when rule = 'credited' then amount end as amount,
    case when rule = 'credited' then report_currency() end as currency
from judged
