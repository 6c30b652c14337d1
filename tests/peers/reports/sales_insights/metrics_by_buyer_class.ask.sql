select
    channel,
    buyer_class,
    measure(total_orders) as total_orders,
    measure(revenue_generated) as revenue_generated
from sales_insights.metrics
group by cube (channel, buyer_class)
