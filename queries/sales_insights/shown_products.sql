-- Which products were shown to whom?
-- Grain: one display event. A carousel that is drawn again shows nothing new: displays of a product
-- by one message have the same `display_id`, and a display without a message one of its own.
create view sales_insights.shown_products as
select
    shown.event_id,
    shown.occurred_at as shown_at,
    coalesce(shown.message_id || ' ' || shown.product_id, shown.event_id) as display_id,
    shown.message_id,
    shown.contact_id,
    shown.product_id,
    products.name as product,
    products.category
from base.contact_events as shown
left join products on products.product_id = shown.product_id
where shown.event_type = 'product_shown' and shown.product_id is not null
