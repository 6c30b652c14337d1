-- Which products were shown, and which sold?
-- Grain: one period and product, or category, that was shown or sold; `(unallocated)`, what is left
-- of the orders, comes last, so that sales sum to the revenue of the overview. `shown` is NULL if
-- no display was ever received. A product that was renamed is one row, by its present name.
create view sales_insights.products
parameters
    grain varchar in ('product', 'category') default 'product'
as
with entries as (
    select
        period,
        product_id,
        product,
        category,
        cast(null as varchar) as display_id,
        quantity,
        amount
    from in_periods(rows => sales_insights.sold_products, at => 'ordered_at')
    union all
    select
        period,
        product_id,
        product,
        category,
        display_id,
        0 as quantity,
        0 as amount
    from in_periods(rows => sales_insights.shown_products, at => 'shown_at')
),
grouped as (
    select
        period,
        product_id = '(unallocated)' as is_rest,
        case when grain = 'product' then product_id end as product_id,
        case when grain = 'product' then product end as product,
        category,
        display_id,
        quantity,
        amount
    from entries
),
totals as (
    select
        period,
        is_rest,
        product_id,
        product,
        category,
        count(distinct display_id) as displays,
        sum(quantity) as units_sold,
        sum(amount) as sales
    from grouped
    group by period, is_rest, product_id, product, category
),
counted as (
    select
        totals.period,
        totals.is_rest,
        totals.product_id,
        totals.product,
        totals.category,
        case when display.is_received then totals.displays end as shown,
        totals.units_sold,
        totals.sales
    from totals
    join sales_insights.received_events as display on display.event_type = 'product_shown'
)
select
    period,
    product_id,
    product,
    category,
    shown,
    units_sold,
    sales
from counted
order by period, is_rest, sales desc, shown desc, product_id, category
