-- How did each number go from day to day, and how in the days before?
-- Grain: one period, day of it and metric. previous_date is the day of the same number in the span
-- that the period is compared with, NULL if that has none; its value is the dotted line.
create view conversational_commerce.daily
parameters
    comparison varchar in ('previous_period', 'same_days_prev_month') default 'previous_period'
as
with days as (
    select
        period,
        is_previous,
        first_day,
        unnest(range(0, days)) as day_number
    from conversational_commerce.spans
),
entries as (
    select
        period,
        is_previous,
        local_date(entered_at) as day,
        cast(null as bigint) as day_number,
        session_id,
        user_id,
        user_class,
        is_bounced,
        is_human_supported,
        history_starts_at,
        order_id,
        revenue,
        items,
        item_revenue
    from in_periods(
        rows => conversational_commerce.entries,
        at => 'entered_at',
        compare => comparison
    )
    union all
    -- So that a day on which nothing happened has a row.
    select
        period,
        is_previous,
        first_day + day_number as day,
        day_number,
        cast(null as varchar) as session_id,
        cast(null as varchar) as user_id,
        cast(null as varchar) as user_class,
        cast(null as boolean) as is_bounced,
        cast(null as boolean) as is_human_supported,
        cast(null as timestamp) as history_starts_at,
        cast(null as varchar) as order_id,
        cast(null as decimal(18, 2)) as revenue,
        cast(null as bigint) as items,
        cast(null as decimal(18, 2)) as item_revenue
    from days
),
totals as (
    select
        period,
        is_previous,
        day,
        max(day_number) as day_number,
        count(session_id) as sessions,
        count(case when is_bounced then 1 end) as bounced,
        count(case when is_human_supported then 1 end) as supported,
        count(distinct user_id) as users,
        count(distinct case when user_class = 'new' then user_id end) as new_users,
        coalesce(max(history_starts_at) < local_midnight(day), true) as is_class_known,
        count(order_id) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(items), 0) as items,
        coalesce(sum(item_revenue), 0) as item_revenue
    from entries
    group by period, is_previous, day
),
measured as (
    select
        totals.period,
        totals.is_previous,
        totals.day,
        totals.day_number,
        metrics.place,
        metrics.metric,
        case metrics.metric
            when 'total_revenue' then cast(revenue as double)
            when 'total_orders' then cast(orders as double)
            when 'average_ticket' then ratio(revenue, orders)
            when 'items_per_order' then ratio(items, orders)
            when 'average_price_per_item' then ratio(item_revenue, items)
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
        (1, 'total_revenue'),
        (2, 'total_orders'),
        (3, 'average_ticket'),
        (4, 'items_per_order'),
        (5, 'average_price_per_item'),
        (6, 'total_sessions'),
        (7, 'bounce_rate'),
        (8, 'average_conversion_per_user'),
        (9, 'total_users'),
        (10, 'total_new_users'),
        (11, 'total_returning_users'),
        (12, 'conversion_rate'),
        (13, 'human_support_rate'),
        (14, 'self_service_rate')
    ) as metrics (place, metric)
),
compared as (
    select
        period,
        day_number,
        place,
        metric,
        max(case when not is_previous then day end) as date,
        max(case when is_previous then day end) as previous_date,
        max(case when not is_previous then value end) as current,
        max(case when is_previous then value end) as previous
    from measured
    group by period, day_number, place, metric
)
select
    period,
    date,
    previous_date,
    metric,
    current,
    previous
from compared
order by period, place, date
