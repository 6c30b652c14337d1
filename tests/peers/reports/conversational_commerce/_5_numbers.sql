-- Every period and, as `is_previous`, what it is compared with.
create macro spans(comparison := 'previous_period') as table
with ends as (
    select period, false as is_previous, period_start as starts_at, period_end as ends_at
    from periods
    union all
    select period, true, previous_start, previous_end
    from periods
    where comparison = 'previous_period' or period <> 'month_to_date'
    union all
    -- The same days of the month before, which may be shorter.
    select
        period,
        true,
        midnight(cast(local_date(period_start) - interval '1 month' as date)),
        midnight(
            least(
                cast(local_date(period_start) - interval '1 month' as date)
                    + cast(local_date(period_end) - local_date(period_start) as integer),
                local_date(period_start)
            )
        )
    from periods
    where comparison <> 'previous_period' and period = 'month_to_date'
)
select
    *,
    local_date(starts_at) as first_day,
    -- today is a day too
    if(period = 'today', 1, local_date(ends_at) - local_date(starts_at)) as days
from ends;

-- Each day of each span.
create macro days_of(comparison := 'previous_period') as table
select
    period,
    is_previous,
    nth,
    first_day + nth as date,
    midnight(first_day + nth) as starts_at,
    least(midnight(first_day + nth + 1), ends_at) as ends_at
from (select *, cast(unnest(range(days)) as integer) as nth from spans(comparison := comparison));

-- All that is counted in each of `these`, which have an instant at which they start and end.
create macro numbers(these, sessions, orders) as table
with used as (
    select
        these.period,
        these.is_previous,
        these.starts_at,
        these.ends_at,
        count(session_id) as sessions,
        count(session_id) filter (is_bounced) as bounced,
        count(session_id) filter (is_human_supported) as supported,
        count(distinct customer_id) as users,
        count(distinct customer_id) filter (
            first_session_at >= these.starts_at and first_session_at < these.ends_at
        ) as new_users
    from query_table(these) as these
    left join query_table(sessions) as held
        on held.started_at >= these.starts_at and held.started_at < these.ends_at
    group by all
),
sold as (
    select
        these.period,
        these.is_previous,
        these.starts_at,
        count(order_id) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(items), 0) as items,
        coalesce(sum(item_revenue), 0) as item_revenue
    from query_table(these) as these
    left join query_table(orders) as placed
        on placed.captured_at >= these.starts_at
        and placed.captured_at < these.ends_at
        and placed.reason = 'counted'
    group by all
)
select
    used.* exclude (new_users),
    -- Who came in a span that nothing is known before may have come before.
    case when is_known then new_users end as new_users,
    case when is_known then users - new_users end as returning_users,
    sold.orders,
    sold.revenue,
    sold.items,
    sold.item_revenue
from (
    select
        *,
        coalesce(
            starts_at > (select any_value(history_starts_at) from query_table(sessions)),
            true
        ) as is_known
    from used
) as used
join sold
    on sold.period = used.period
    and sold.is_previous = used.is_previous
    and sold.starts_at = used.starts_at;

-- The metrics that come of them, one below the other.
create macro metrics_of(numbers) as table
with named as (
    select
        *,
        unnest([
            {metric: 'total_sessions', number: cast(sessions as double), is_rate: false},
            {metric: 'bounce_rate', number: ratio(bounced, sessions), is_rate: true},
            {
                metric: 'average_conversion_per_user',
                number: ratio(orders, users),
                is_rate: false
            },
            {metric: 'total_users', number: users, is_rate: false},
            {metric: 'total_new_users', number: new_users, is_rate: false},
            {metric: 'total_returning_users', number: returning_users, is_rate: false},
            {metric: 'conversion_rate', number: ratio(orders, sessions), is_rate: true},
            {metric: 'human_support_rate', number: ratio(supported, sessions), is_rate: true},
            {
                metric: 'self_service_rate',
                number: ratio(sessions - supported, sessions),
                is_rate: true
            },
            {metric: 'total_revenue', number: revenue, is_rate: false},
            {metric: 'total_orders', number: orders, is_rate: false},
            {metric: 'average_ticket', number: ratio(revenue, orders), is_rate: false},
            {metric: 'items_per_order', number: ratio(items, orders), is_rate: false},
            {metric: 'average_price_per_item', number: ratio(item_revenue, items), is_rate: false}
        ], recursive := true)
    from query_table(numbers)
)
select
    *,
    metric in (
        'total_revenue', 'total_orders', 'average_ticket', 'items_per_order',
        'average_price_per_item'
    ) as is_of_sales
from named;

create macro compared(numbers, of_sales) as table
select
    now.period,
    now.metric,
    now.number as current,
    before.number as previous,
    percent_change(now.number, before.number) as change,
    case when now.is_rate then now.number - before.number end as change_points
from metrics_of(numbers) as now
left join metrics_of(numbers) as before
    on before.period = now.period and before.metric = now.metric and before.is_previous
where not now.is_previous and now.is_of_sales = of_sales;

create table default_spans as from spans();

create table default_numbers as from numbers('default_spans', 'default_sessions', 'default_orders');

create table default_days as from days_of();

create table default_numbers_of_days as
from numbers('default_days', 'default_sessions', 'default_orders');
