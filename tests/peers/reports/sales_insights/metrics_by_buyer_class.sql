select
    channel,
    buyer_class,
    count(*) as total_orders,
    sum(amount) as revenue_generated
from facts
where fact = 'order'
group by cube (channel, buyer_class)
