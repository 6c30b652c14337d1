set tributary.param.conversational_commerce.channels = 'whatsapp, instagram, webchat, email';
select
    date,
    channel,
    measure(total_revenue) as total_revenue,
    measure(total_orders) as total_orders,
    measure(total_items) as total_items,
    measure(item_revenue) as item_revenue,
    measure(average_ticket) as average_ticket,
    measure(items_per_order) as items_per_order,
    measure(average_price_per_item) as average_price_per_item,
    measure(total_sessions) as total_sessions,
    measure(bounced_sessions) as bounced_sessions,
    measure(bounce_rate) as bounce_rate,
    measure(total_users) as total_users,
    measure(total_new_users) as total_new_users,
    measure(total_returning_users) as total_returning_users,
    measure(average_conversion_per_user) as average_conversion_per_user,
    measure(conversion_rate) as conversion_rate,
    measure(sessions_with_order) as sessions_with_order,
    measure(session_conversion_rate) as session_conversion_rate,
    measure(human_support_sessions) as human_support_sessions,
    measure(self_service_sessions) as self_service_sessions,
    measure(human_support_rate) as human_support_rate,
    measure(self_service_rate) as self_service_rate
from conversational_commerce.metrics
group by date, channel
