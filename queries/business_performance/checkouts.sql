-- Who began a checkout after clicking a tracking link?
-- Grain: one begin_checkout event after a click of its contact or browser within the lookback; the
-- link is that of the last such click. No row means zero only if the site sends the event at all:
-- see base.received_events.
create materialized view business_performance.checkouts
parameters
    lookback interval default interval '7 days'
partitioned by (local_date(began_at) as date)
refresh every '1 hour'
as
select
    event_id,
    occurred_at as began_at,
    beginner_id as contact_id,
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
    product
from attribute(
    conversions => (
        select
            event_id,
            occurred_at,
            contact_id as beginner_id,
            1 as events
        from base.contact_events
        where event_type = 'begin_checkout'
    ),
    touchpoints => business_performance.clicks_by_contact,
    key => 'beginner_id = contact_id',
    conversion_id => 'event_id',
    conversion_time => 'occurred_at',
    value => 'events',
    touchpoint_id => 'click_id',
    touchpoint_time => 'clicked_at',
    model => 'last_touch',
    lookback => lookback,
    unattributed => false
)
