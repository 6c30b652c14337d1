-- Of the contacts who clicked a link, how many began a checkout, and how many went on to buy?
-- Grain: one period and step. A step counts the contacts who clicked in the period and got that
-- far, whenever within the lookback; each is counted once, and no step exceeds the one before.
-- A click of nobody known, not even by the browser, is no contact. A step whose event the site has
-- never sent is NULL.
create view business_performance.purchase_funnel as
with steps as (
    select * from (values
        (1, 'link_clicks', null),
        (2, 'checkout_started', 'begin_checkout'),
        (3, 'purchase_completed', 'purchase')
    ) as steps (step_number, step, event_type)
),
counted as (
    select
        period,
        step_number,
        count(distinct contact_id) as contacts
    from in_periods(rows => business_performance.funnel_steps, at => 'clicked_at')
    group by period, step_number
),
filled as (
    select
        periods.period,
        steps.step_number,
        steps.step,
        case when steps.event_type is null or received.event_type is not null
            then coalesce(counted.contacts, 0) end as count
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
