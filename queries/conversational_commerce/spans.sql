-- Which days is each period, and which is it compared with?
-- Grain: one period (is_previous is false), or what it is compared with. Empty spans have no days.
create view conversational_commerce.spans
parameters
    -- the month to date is compared with as many days before it, or with those of last month
    comparison varchar in ('previous_period', 'same_days_prev_month') default 'previous_period'
as
with bounds as (
    select
        period,
        false as is_previous,
        period_start as starts_at,
        period_end as ends_at
    from periods()
    union all
    select
        period,
        true as is_previous,
        previous_start as starts_at,
        previous_end as ends_at
    from periods()
    where comparison = 'previous_period' or period <> 'month_to_date'
    union all
    select
        period,
        true as is_previous,
        local_midnight(cast(local_date(period_start) - interval '1 month' as date)) as starts_at,
        local_midnight(least(
            cast(local_date(period_start) - interval '1 month' as date)
                + (local_date(period_end) - local_date(period_start)),
            local_date(period_start)
        )) as ends_at
    from periods()
    where comparison = 'same_days_prev_month' and period = 'month_to_date'
)
select
    period,
    is_previous,
    starts_at,
    ends_at,
    local_date(starts_at) as first_day,
    case when starts_at < ends_at
        then local_date(ends_at - interval '1 microsecond') - local_date(starts_at) + 1
        else 0 end as days
from bounds
