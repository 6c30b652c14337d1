-- What was sold on each day, as a file like that which the page exports?
-- Grain: one period and day of it, oldest first. Amounts are in the report's currency.
create view conversational_commerce.daily_sales_export as
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
        order_id,
        revenue,
        items,
        item_revenue
    from in_periods(rows => conversational_commerce.entries, at => 'entered_at')
    where order_id is not null
    union all
    -- So that a day on which nothing was sold has a row.
    select
        period,
        first_day + day_number as date,
        cast(null as varchar) as order_id,
        cast(null as decimal(18, 2)) as revenue,
        cast(null as bigint) as items,
        cast(null as decimal(18, 2)) as item_revenue
    from days
),
totals as (
    select
        period,
        date,
        count(order_id) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(items), 0) as items,
        coalesce(sum(item_revenue), 0) as item_revenue
    from entries
    group by period, date
)
select
    period,
    with_metadata(date, 'label', 'Date') as date,
    with_metadata(cast(revenue as decimal(38, 2)), 'label', 'Total revenue') as total_revenue,
    with_metadata(orders, 'label', 'Total orders') as total_orders,
    with_metadata(
        cast(ratio(revenue, orders) as decimal(18, 2)),
        'label', 'Average ticket'
    ) as average_ticket,
    with_metadata(
        cast(ratio(items, orders) as decimal(18, 2)),
        'label', 'Items per order'
    ) as items_per_order,
    with_metadata(
        cast(ratio(item_revenue, items) as decimal(18, 2)),
        'label', 'Avg. price per item'
    ) as average_price_per_item
from totals
order by period, date
