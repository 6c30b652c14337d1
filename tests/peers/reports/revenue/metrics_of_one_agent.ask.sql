select
    date,
    channel,
    measure(cx_total_revenue) as cx_total_revenue,
    measure(cx_total_orders) as cx_total_orders,
    measure(cx_average_order_value) as cx_average_order_value,
    measure(cx_adjusted_revenue) as cx_adjusted_revenue,
    measure(eligible_conversations) as eligible_conversations,
    measure(converted_conversations) as converted_conversations,
    measure(cx_conversion_rate) as cx_conversion_rate
from revenue.metrics
where date >= date '2026-10-01' and agent = 'Grace Lin'
group by date, channel
