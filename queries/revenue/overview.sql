-- How much did support conversations earn?
-- Grain: one period and currency; a period without a booking has one row, without a currency. The
-- conversion rate is that of the period whatever the currency, and can still rise if immature.
create view revenue.overview as
with entries as (
    select
        period,
        currency,
        amount,
        orders,
        eligible,
        converted,
        immature
    from in_periods(rows => revenue.entries, at => 'entered_at')
    union all
    -- So that a period in which nothing happened has a row.
    select
        period,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as amount,
        0 as orders,
        cast(null as varchar) as eligible,
        cast(null as varchar) as converted,
        false as immature
    from periods()
),
totals as (
    select
        period,
        currency,
        sum(amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted,
        bool_or(immature) as immature
    from entries
    group by period, currency
),
spread as (
    select
        period,
        currency,
        revenue,
        orders,
        max(eligible) over (partition by period) as eligible,
        max(converted) over (partition by period) as converted,
        bool_or(immature) over (partition by period) as immature,
        count(*) over (partition by period) as rows_of_period
    from totals
)
select
    period,
    currency,
    coalesce(revenue, 0) as cx_total_revenue,
    orders as cx_total_orders,
    ratio(revenue, orders) as cx_average_order_value,
    ratio(converted, eligible) as cx_conversion_rate,
    immature
from spread
where currency is not null or rows_of_period = 1
order by period, currency
