-- Which click earned each purchase, and if none, why?
-- Grain: one purchase, and under a model of several touches one click that shares in it. The
-- ledger behind the revenue of this report: `amount`, in `tributary.currency`, is what the click
-- earned, or the whole if none did, so that it sums to what the site sold.
--
-- A purchase is credited to the last click of its contact or browser within the lookback, both ends
-- included, on any tracking link; agent, team, channel and product are those of the link.
create materialized view business_performance.attributed_purchases
parameters
    lookback interval default interval '7 days',
    -- the first two credit one click; the others divide the amount among all, to the cent
    model varchar in (
        'last_touch', 'first_touch', 'linear', 'time_decay', 'position_based', 'j_shaped',
        'inverse_j_shaped'
    ) default 'last_touch'
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
select
    order_id,
    ordered_at,
    purchaser_id as contact_id,
    coalesce(credited_value, order_amount) as amount,
    order_amount,
    site_amount,
    site_currency,
    currency_assumed,
    purchase_events,
    credit,
    position,
    clicked_by,
    click_id,
    clicked_at,
    link_id,
    creator_type,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    case when is_test then 'test_order' else reason end as reason
from attribute(
    conversions => (
        select
            order_id,
            ordered_at,
            contact_id as purchaser_id,
            -- A test earns nothing.
            case when not is_test then contact_id end as earning_id,
            amount as order_amount,
            site_amount,
            site_currency,
            currency_assumed,
            purchase_events,
            is_test
        from business_performance.purchases
    ),
    touchpoints => business_performance.clicks_by_contact,
    key => 'earning_id = contact_id',
    conversion_id => 'order_id',
    conversion_time => 'ordered_at',
    value => 'order_amount',
    touchpoint_id => 'click_id',
    touchpoint_time => 'clicked_at',
    model => model,
    lookback => lookback
)
order by ordered_at, order_id, clicked_at, click_id
