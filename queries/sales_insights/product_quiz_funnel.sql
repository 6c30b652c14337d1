-- Where do customers drop off between the product quiz and an order?
-- Grain: one period and step. A step counts the attempts begun in the period that reached it. The
-- questions come in the order in which they are mostly asked; one that some attempts skip may count
-- less than the next. `drop_off` is how many fewer there are than in the step before. A step whose
-- event was never received is NULL.
create view sales_insights.product_quiz_funnel as
with answers as (
    select
        coalesce(session_id, customer_id, visitor_id, event_id) as taker,
        step,
        min(occurred_at) as first_at
    from web_events
    where event_type = 'quiz_step' and step is not null
    group by coalesce(session_id, customer_id, visitor_id, event_id), step
),
placed as (
    select
        step,
        row_number() over (partition by taker order by first_at, step) as place
    from answers
),
questions as (
    select
        step,
        avg(place) as place
    from placed
    group by step
),
stages as (
    select * from (values
        (1, 'quiz_started'),
        (3, 'quiz_completed'),
        (4, 'product_shown'),
        (5, 'product_click'),
        (6, 'add_to_cart'),
        (7, 'order')
    ) as stages (stage, event_type)
),
steps as (
    select
        stage,
        cast(0 as double) as place,
        event_type,
        event_type as step
    from stages
    union all
    select
        2 as stage,
        place,
        'quiz_step' as event_type,
        step
    from questions
),
numbered as (
    select
        row_number() over (order by stage, place, step) as step_number,
        event_type,
        step
    from steps
),
counted as (
    select
        period,
        event_type,
        step,
        count(distinct attempt_id) as attempts
    from in_periods(rows => sales_insights.quiz_steps, at => 'started_at')
    group by period, event_type, step
),
filled as (
    select
        periods.period,
        numbered.step_number,
        numbered.step,
        coalesce(received.is_received, true) as is_received,
        coalesce(counted.attempts, 0) as attempts
    from periods() as periods
    cross join numbered
    left join sales_insights.received_events as received
        on received.event_type = numbered.event_type
    left join counted
        on counted.period = periods.period
        and counted.event_type = numbered.event_type
        and counted.step = numbered.step
),
known as (
    select
        period,
        step_number,
        step,
        -- Without a start there is no attempt to count steps of.
        case when is_received
            and first_value(is_received) over (partition by period order by step_number)
            then attempts end as count
    from filled
)
select
    period,
    step_number,
    step,
    count,
    ratio(count, lag(count) over (partition by period order by step_number)) as step_rate,
    ratio(count, first_value(count) over (partition by period order by step_number))
        as overall_rate,
    lag(count) over (partition by period order by step_number) - count as drop_off
from known
order by period, step_number
