select
    date,
    channel,
    measure(chat_sessions) as chat_sessions,
    measure(pre_purchased_sessions) as pre_purchased_sessions,
    measure(abandoned_sessions) as abandoned_sessions,
    measure(sessions_with_order) as sessions_with_order,
    measure(total_orders) as total_orders,
    measure(revenue_generated) as revenue_generated,
    measure(conversion_rate) as conversion_rate,
    measure(session_conversion_rate) as session_conversion_rate,
    measure(revenue_per_chat) as revenue_per_chat,
    measure(units_sold) as units_sold,
    measure(sales) as sales
from sales_insights.metrics
group by rollup (date, channel)
