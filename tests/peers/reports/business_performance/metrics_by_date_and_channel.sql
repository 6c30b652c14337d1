select
    date,
    channel,
    orders(fact) as orders,
    revenue(fact) as revenue,
    net_revenue(fact) as net_revenue,
    ratio(revenue(fact), orders(fact)) as average_order_value,
    converting_clicks(fact) as converting_clicks,
    ratio(converting_clicks(fact), link_clicks(fact)) as conversion_rate,
    ratio(orders(fact), link_clicks(fact)) as orders_per_click,
    links_created(fact) as links_created,
    links_clicked(fact) as links_clicked,
    link_clicks(fact) as link_clicks,
    ratio(link_clicks(fact), links_created(fact)) as click_through_rate,
    ratio(links_clicked(fact), links_created(fact)) as links_clicked_rate,
    checkouts_started(fact) as checkouts_started,
    orders(fact) as purchases_completed,
    purchase_events(fact) as purchase_events,
    funnel_contacts(fact, 1) as funnel_clicked,
    funnel_contacts(fact, 2) as funnel_checkout,
    funnel_contacts(fact, 3) as funnel_purchased
from metric_rows(interval '168 hours', 'last_touch', 'agent') as fact
where kind <> 'sale'
group by date, channel
