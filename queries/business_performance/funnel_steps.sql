-- How far did each contact get after a click?
-- Grain: one step of the contact who clicked: 1 for each click; 2 for each checkout begun within
-- the lookback after a click; 3 for each purchase that a click earned and that follows such a
-- checkout within the lookback. A step is dated by the click before the checkout, with its link, so
-- who reached a step of a period reached those before it. If the site sends no checkouts, a
-- purchase follows its click.
create materialized view business_performance.funnel_steps
parameters
    lookback interval default interval '7 days'
partitioned by (local_date(clicked_at) as date)
refresh every '1 hour'
as
with purchases as (
    select distinct
        order_id,
        ordered_at,
        clicked_by as earned_by,
        1 as orders
    from business_performance.attributed_purchases
    where reason = 'credited'
),
before_purchase as (
    select
        event_id,
        began_at as happened_at,
        clicked_by as contact_id,
        clicked_at,
        channel,
        team_id,
        team,
        agent_id,
        agent,
        product_id,
        product
    from business_performance.checkouts
    union all
    select
        click_id as event_id,
        clicked_at as happened_at,
        contact_id,
        clicked_at,
        channel,
        team_id,
        team,
        agent_id,
        agent,
        product_id,
        product
    from business_performance.valid_clicks
    where not exists (
        select 1
        from base.received_events
        where event_type = 'begin_checkout'
    )
)
select
    1 as step_number,
    contact_id,
    clicked_at,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product
from business_performance.valid_clicks
union all
select
    2 as step_number,
    clicked_by as contact_id,
    clicked_at,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product
from business_performance.checkouts
union all
select
    3 as step_number,
    contact_id,
    clicked_at,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product
from attribute(
    conversions => purchases,
    touchpoints => before_purchase,
    key => 'earned_by = contact_id',
    conversion_id => 'order_id',
    conversion_time => 'ordered_at',
    value => 'orders',
    touchpoint_id => 'event_id',
    touchpoint_time => 'happened_at',
    model => 'last_touch',
    lookback => lookback,
    unattributed => false
)
