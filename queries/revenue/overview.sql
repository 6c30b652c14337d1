-- How much did support conversations earn?
-- Grain: one period, also one in which nothing happened. The conversion rate can still rise if
-- immature.
create view revenue.overview as
with entries as (
    select
        period,
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
        cast(null as decimal(18, 2)) as amount,
        0 as orders,
        cast(null as varchar) as eligible,
        cast(null as varchar) as converted,
        false as immature
    from periods()
)
select
    period,
    coalesce(sum(amount), 0) as cx_total_revenue,
    sum(orders) as cx_total_orders,
    ratio(sum(amount), sum(orders)) as cx_average_order_value,
    ratio(count(distinct converted), count(distinct eligible)) as cx_conversion_rate,
    bool_or(immature) as immature
from entries
group by period
order by period
