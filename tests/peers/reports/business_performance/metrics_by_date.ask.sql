select
    date,
    measure(orders) as orders,
    measure(revenue) as revenue,
    measure(net_revenue) as net_revenue,
    measure(shop_revenue) as shop_revenue,
    measure(average_order_value) as average_order_value,
    measure(converting_clicks) as converting_clicks,
    measure(conversion_rate) as conversion_rate,
    measure(orders_per_click) as orders_per_click,
    measure(links_created) as links_created,
    measure(links_clicked) as links_clicked,
    measure(link_clicks) as link_clicks,
    measure(click_through_rate) as click_through_rate,
    measure(links_clicked_rate) as links_clicked_rate,
    measure(checkouts_started) as checkouts_started,
    measure(purchases_completed) as purchases_completed,
    measure(purchase_events) as purchase_events,
    measure(funnel_clicked) as funnel_clicked,
    measure(funnel_checkout) as funnel_checkout,
    measure(funnel_purchased) as funnel_purchased
from business_performance.metrics
group by date
