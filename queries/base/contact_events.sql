-- Who did what on the site?
-- Grain: one event, once however often it was delivered; what any delivery knows is kept.
-- `contact_id` is the customer that stands for who did it, by the event itself or by whose the
-- browser was then; else the browser, as a contact of its own; else NULL.
create materialized view base.contact_events
partitioned by (local_date(occurred_at) as date)
refresh every '1 hour'
as
with events as (
    -- Time and type are part of the key so that a filter on them reaches the scan.
    select
        event_id,
        event_type,
        occurred_at,
        max(visitor_id) as visitor_id,
        max(customer_id) as customer_id,
        max(session_id) as session_id,
        max(message_id) as message_id,
        max(product_id) as product_id,
        max(order_id) as order_id,
        max(amount) as amount,
        max(currency) as currency,
        max(step) as step
    from web_events
    group by event_id, event_type, occurred_at
)
select
    events.event_id,
    events.event_type,
    events.occurred_at,
    coalesce(
        merged.canonical_id,
        events.customer_id,
        visitors.customer_id,
        'visitor ' || events.visitor_id
    ) as contact_id,
    coalesce(merged.canonical_id, events.customer_id, visitors.customer_id) as customer_id,
    events.visitor_id,
    events.session_id,
    events.message_id,
    events.product_id,
    events.order_id,
    events.amount,
    events.currency,
    events.step
from events
left join base.identified_visitors as visitors
    on visitors.visitor_id = events.visitor_id
    and (visitors.known_from is null or visitors.known_from <= events.occurred_at)
    and (visitors.known_to is null or events.occurred_at < visitors.known_to)
left join base.merged_customers as merged
    on merged.customer_id = coalesce(events.customer_id, visitors.customer_id)
