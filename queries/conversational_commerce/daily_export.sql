-- What is in the file that the page exports?
-- Grain: one period and day of it, oldest first. Percentages are of 100 and have two decimals. The
-- users of the days do not add up to those of the period: only new users do.
create view conversational_commerce.daily_export as
with days as (
    select
        period,
        first_day,
        unnest(range(0, days)) as day_number
    from conversational_commerce.spans
    where not is_previous
),
entries as (
    select
        period,
        local_date(entered_at) as date,
        session_id,
        user_id,
        user_class,
        is_bounced,
        is_human_supported,
        history_starts_at,
        order_id
    from in_periods(rows => conversational_commerce.entries, at => 'entered_at')
    union all
    -- So that a day on which nothing happened has a row.
    select
        period,
        first_day + day_number as date,
        cast(null as varchar) as session_id,
        cast(null as varchar) as user_id,
        cast(null as varchar) as user_class,
        cast(null as boolean) as is_bounced,
        cast(null as boolean) as is_human_supported,
        cast(null as timestamp) as history_starts_at,
        cast(null as varchar) as order_id
    from days
),
totals as (
    select
        period,
        date,
        count(session_id) as sessions,
        count(case when is_bounced then 1 end) as bounced,
        count(case when is_human_supported then 1 end) as supported,
        count(distinct user_id) as users,
        count(distinct case when user_class = 'new' then user_id end) as new_or_unknown,
        coalesce(max(history_starts_at) < local_midnight(date), true) as is_class_known,
        count(order_id) as orders
    from entries
    group by period, date
),
classed as (
    select
        *,
        case when is_class_known then new_or_unknown end as new_users,
        case when is_class_known then users - new_or_unknown end as returning_users
    from totals
)
select
    period,
    with_metadata(date, 'label', 'Date') as date,
    with_metadata(sessions, 'label', 'Total sessions') as total_sessions,
    with_metadata(
        cast(ratio(orders, users) as decimal(18, 2)),
        'label', 'Average conversion per user'
    ) as average_conversion_per_user,
    with_metadata(
        cast(ratio(100 * bounced, sessions) as decimal(18, 2)),
        'label', 'Bounce rate'
    ) as bounce_rate,
    with_metadata(users, 'label', 'Total users') as total_users,
    with_metadata(new_users, 'label', 'Total new users') as total_new_users,
    with_metadata(returning_users, 'label', 'Total recurring users') as total_recurring_users,
    with_metadata(
        cast(ratio(100 * orders, sessions) as decimal(18, 2)),
        'label', 'Conversion rate'
    ) as conversion_rate,
    with_metadata(
        cast(ratio(100 * returning_users, users) as decimal(18, 2)),
        'label', 'Percentage of recurring users'
    ) as percentage_of_recurring_users,
    with_metadata(
        cast(ratio(100 * new_users, users) as decimal(18, 2)),
        'label', 'Percentage of new users'
    ) as percentage_of_new_users,
    with_metadata(
        cast(ratio(100 * supported, sessions) as decimal(18, 2)),
        'label', 'Percentage of human support'
    ) as percentage_of_human_support,
    with_metadata(
        cast(ratio(100 * (sessions - supported), sessions) as decimal(18, 2)),
        'label', 'Percentage of self-service'
    ) as percentage_of_self_service
from classed
order by period, date
