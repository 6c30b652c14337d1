-- How often was a link clicked, a checkout begun, a purchase completed?
-- Grain: one period and step. Each step counts its own events of the period, repeats included, so
-- it may exceed the one before; a purchase is counted once, as in the overview. A step whose event
-- the site has never sent is NULL.
create view business_performance.purchase_journey as
with steps as (
    select * from (values
        (1, 'link_clicks', null),
        (2, 'checkout_started', 'begin_checkout'),
        (3, 'purchase_completed', 'purchase')
    ) as steps (step_number, step, event_type)
),
happened as (
    select
        period,
        1 as step_number,
        click_id as id
    from in_periods(rows => business_performance.valid_clicks, at => 'clicked_at')
    union all
    select
        period,
        2 as step_number,
        event_id as id
    from in_periods(rows => business_performance.checkouts, at => 'began_at')
    union all
    select distinct
        period,
        3 as step_number,
        order_id as id
    from in_periods(rows => business_performance.attributed_purchases, at => 'ordered_at')
    where reason = 'credited'
),
counted as (
    select
        period,
        step_number,
        count(*) as events
    from happened
    group by period, step_number
),
filled as (
    select
        periods.period,
        steps.step_number,
        steps.step,
        case when steps.event_type is null or received.event_type is not null
            then coalesce(counted.events, 0) end as count
    from periods() as periods
    cross join steps
    left join base.received_events as received
        on received.event_type = steps.event_type
    left join counted
        on counted.period = periods.period and counted.step_number = steps.step_number
)
select
    period,
    step_number,
    step,
    count,
    ratio(count, lag(count) over (partition by period order by step_number)) as step_rate,
    ratio(count, first_value(count) over (partition by period order by step_number))
        as overall_rate
from filled
order by period, step_number
