-- How is the channel used, and does it sell?
-- Grain: one period and metric. change is relative, change_points the difference of percentages.
-- Users are neither new nor returning, but NULL, in a period that nothing is known before.
create view conversational_commerce.kpis
parameters
    comparison varchar in ('previous_period', 'same_days_prev_month') default 'previous_period'
as
with entries as (
    select
        period,
        is_previous,
        session_id,
        user_id,
        user_class,
        is_bounced,
        is_human_supported,
        history_starts_at,
        order_id,
        cast(null as timestamp) as starts_at
    from in_periods(
        rows => conversational_commerce.entries,
        at => 'entered_at',
        compare => comparison
    )
    union all
    -- So that a period in which nothing happened has a row.
    select
        period,
        is_previous,
        cast(null as varchar) as session_id,
        cast(null as varchar) as user_id,
        cast(null as varchar) as user_class,
        cast(null as boolean) as is_bounced,
        cast(null as boolean) as is_human_supported,
        cast(null as timestamp) as history_starts_at,
        cast(null as varchar) as order_id,
        starts_at
    from conversational_commerce.spans
),
totals as (
    select
        period,
        is_previous,
        count(session_id) as sessions,
        count(case when is_bounced then 1 end) as bounced,
        count(case when is_human_supported then 1 end) as supported,
        count(distinct user_id) as users,
        count(distinct case when user_class = 'new' then user_id end) as new_users,
        count(order_id) as orders,
        coalesce(max(history_starts_at) < max(starts_at), true) as is_class_known
    from entries
    group by period, is_previous
),
measured as (
    select
        totals.period,
        totals.is_previous,
        metrics.place,
        metrics.metric,
        metrics.is_percentage,
        case metrics.metric
            when 'total_sessions' then cast(sessions as double)
            when 'bounce_rate' then ratio(bounced, sessions)
            when 'average_conversion_per_user' then ratio(orders, users)
            when 'total_users' then cast(users as double)
            when 'total_new_users' then case when is_class_known then cast(new_users as double) end
            when 'total_returning_users'
                then case when is_class_known then cast(users - new_users as double) end
            when 'conversion_rate' then ratio(orders, sessions)
            when 'human_support_rate' then ratio(supported, sessions)
            when 'self_service_rate' then ratio(sessions - supported, sessions)
        end as value
    from totals
    cross join (values
        (1, 'total_sessions', false),
        (2, 'bounce_rate', true),
        (3, 'average_conversion_per_user', false),
        (4, 'total_users', false),
        (5, 'total_new_users', false),
        (6, 'total_returning_users', false),
        (7, 'conversion_rate', true),
        (8, 'human_support_rate', true),
        (9, 'self_service_rate', true)
    ) as metrics (place, metric, is_percentage)
),
compared as (
    select
        period,
        place,
        metric,
        is_percentage,
        max(case when not is_previous then value end) as current,
        max(case when is_previous then value end) as previous
    from measured
    group by period, place, metric, is_percentage
)
select
    period,
    metric,
    current,
    previous,
    percent_change(current, previous) as change,
    case when is_percentage then current - previous end as change_points
from compared
order by period, place
