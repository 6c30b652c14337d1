-- Through which channels was it earned?
-- Grain: one period, channel and currency. Revenue and orders sum to the overview. The conversion
-- rate is that of the channel whatever the currency, and can still rise if immature. With eligible
-- conversations and no revenue there is one row, without a currency.
create view revenue.by_channel as
with totals as (
    select
        period,
        channel,
        currency,
        sum(amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted,
        bool_or(immature) as immature
    from in_periods(rows => revenue.entries, at => 'entered_at')
    group by period, channel, currency
),
spread as (
    select
        period,
        channel,
        currency,
        revenue,
        orders,
        max(eligible) over (partition by period, channel) as eligible,
        max(converted) over (partition by period, channel) as converted,
        bool_or(immature) over (partition by period, channel) as immature,
        count(*) over (partition by period, channel) as rows_of_channel
    from totals
)
select
    spread.period,
    spread.channel,
    spread.currency,
    coalesce(spread.revenue, 0) as cx_total_revenue,
    spread.orders as cx_total_orders,
    ratio(spread.revenue, spread.orders) as cx_average_order_value,
    ratio(spread.converted, spread.eligible) as cx_conversion_rate,
    spread.immature
from spread
where spread.currency is not null or spread.rows_of_channel = 1
order by spread.period, cx_total_revenue desc, spread.channel, spread.currency
