-- Through which channels was it earned?
-- Grain: one period and channel with an order or an eligible conversation. Revenue and orders sum
-- to the overview. The conversion rate can still rise if immature.
create view revenue.by_channel as
select
    period,
    channel,
    coalesce(sum(amount), 0) as cx_total_revenue,
    sum(orders) as cx_total_orders,
    ratio(sum(amount), sum(orders)) as cx_average_order_value,
    ratio(count(distinct converted), count(distinct eligible)) as cx_conversion_rate,
    bool_or(immature) as immature
from in_periods(rows => revenue.entries, at => 'entered_at')
group by period, channel
order by period, cx_total_revenue desc, channel
