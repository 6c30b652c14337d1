-- How much was sold through the channel?
-- Grain: one period and metric. Amounts are in the report's currency. The average price of an item
-- is of the goods alone, while the average ticket is what was paid, shipping and tax included.
create view conversational_commerce.sales_performance
parameters
    comparison varchar in ('previous_period', 'same_days_prev_month') default 'previous_period'
as
with entries as (
    select
        period,
        is_previous,
        order_id,
        revenue,
        items,
        item_revenue
    from in_periods(
        rows => conversational_commerce.entries,
        at => 'entered_at',
        compare => comparison
    )
    where order_id is not null
    union all
    -- So that a period in which nothing was sold has a row.
    select
        period,
        is_previous,
        cast(null as varchar) as order_id,
        cast(null as decimal(18, 2)) as revenue,
        cast(null as bigint) as items,
        cast(null as decimal(18, 2)) as item_revenue
    from conversational_commerce.spans
),
totals as (
    select
        period,
        is_previous,
        count(order_id) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(items), 0) as items,
        coalesce(sum(item_revenue), 0) as item_revenue
    from entries
    group by period, is_previous
),
measured as (
    select
        totals.period,
        totals.is_previous,
        metrics.place,
        metrics.metric,
        case metrics.metric
            when 'total_revenue' then cast(revenue as double)
            when 'total_orders' then cast(orders as double)
            when 'average_ticket' then ratio(revenue, orders)
            when 'items_per_order' then ratio(items, orders)
            when 'average_price_per_item' then ratio(item_revenue, items)
        end as value
    from totals
    cross join (values
        (1, 'total_revenue'),
        (2, 'total_orders'),
        (3, 'average_ticket'),
        (4, 'items_per_order'),
        (5, 'average_price_per_item')
    ) as metrics (place, metric)
),
compared as (
    select
        period,
        place,
        metric,
        max(case when not is_previous then value end) as current,
        max(case when is_previous then value end) as previous
    from measured
    group by period, place, metric
)
select
    period,
    metric,
    current,
    previous,
    percent_change(current, previous) as change,
    cast(null as double) as change_points
from compared
order by period, place
