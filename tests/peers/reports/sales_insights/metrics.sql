select
    count(*) filter (where fact = 'chat') as chat_sessions,
    count(*) filter (where has_intent) as pre_purchased_sessions,
    count(*) filter (where is_abandoned) as abandoned_sessions,
    count(*) filter (where has_order) as sessions_with_order,
    count(*) filter (where fact = 'order') as total_orders,
    coalesce(sum(amount) filter (where fact = 'order'), 0) as revenue_generated,
    ratio(total_orders, pre_purchased_sessions) as conversion_rate,
    ratio(sessions_with_order, chat_sessions) as session_conversion_rate,
    ratio(revenue_generated, chat_sessions) as revenue_per_chat,
    count(distinct display) as shown,
    coalesce(sum(quantity), 0) as units_sold,
    coalesce(sum(amount) filter (where fact = 'goods'), 0) as sales,
    count(distinct attempt_id) as quiz_started,
    count(distinct attempt_id) filter (where event_type = 'quiz_completed') as quiz_completed,
    count(distinct contact_id) filter (where fact = 'visit') as pdp_visitors,
    count(distinct contact_id) filter (where fact = 'visit' and purchased) as pdp_purchasers
from facts
