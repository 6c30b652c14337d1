select
    event_id,
    occurred_at as shown_at,
    if(message_id is null, event_id, message_id || ' ' || product_id) as display_id,
    message_id,
    contact as contact_id,
    product_id,
    products.name as product,
    products.category
from site
left join products using (product_id)
where event_type = 'product_shown' and product_id is not null
