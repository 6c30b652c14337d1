-- Questions stand in the order in which takers mostly come to them.
with answers as (
    select step, row_number() over (partition by taker order by first_at, step) as place
    from (
        select
            coalesce(session_id, customer_id, visitor_id, event_id) as taker,
            step,
            min(occurred_at) as first_at
        from web_events
        where event_type = 'quiz_step' and step is not null
        group by all
    )
),
questions as (
    select step, avg(place) as place from answers group by step
),
steps as (
    select step, row_number() over (order by stage, place) as step_number
    from (
        select 'quiz_started' as step, 1 as stage, 0 as place
        union all select step, 2, place from questions
        union all select 'quiz_completed', 3, 0
        union all select 'product_shown', 4, 0
        union all select 'product_click', 5, 0
        union all select 'add_to_cart', 6, 0
        union all select 'order', 7, 0
    )
),
counted as (
    select period, step_number, steps.step, count(distinct attempt_id) as count
    from periods
    cross join steps
    left join (from quizzes()) as q
        on q.step = steps.step and started_at >= period_start and started_at < period_end
    group by all
)
select
    c.period,
    c.step_number,
    c.step,
    c.count,
    ratio(c.count, before.count) as step_rate,
    ratio(c.count, first.count) as overall_rate,
    before.count - c.count as drop_off
from counted as c
join counted as first on first.period = c.period and first.step_number = 1
left join counted as before on before.period = c.period and before.step_number = c.step_number - 1
