-- Who clicked which tracking link?
-- Grain: one click, once however often it was delivered; what any delivery knows is kept.
-- `contact_id` is the customer that stands for who clicked, by the click itself or by whose the
-- browser was then; else the browser, as a contact of its own; else NULL.
create materialized view base.contact_clicks
partitioned by (local_date(clicked_at) as date)
refresh every '1 hour'
as
with clicks as (
    -- The time is part of the key so that a filter on it reaches the scan.
    select
        click_id,
        clicked_at,
        max(link_id) as link_id,
        max(customer_id) as customer_id,
        max(visitor_id) as visitor_id,
        coalesce(bool_or(is_bot), false) as is_bot
    from link_clicks
    group by click_id, clicked_at
)
select
    clicks.click_id,
    clicks.clicked_at,
    clicks.link_id,
    coalesce(
        merged.canonical_id,
        clicks.customer_id,
        visitors.customer_id,
        'visitor ' || clicks.visitor_id
    ) as contact_id,
    coalesce(merged.canonical_id, clicks.customer_id, visitors.customer_id) as customer_id,
    clicks.visitor_id,
    clicks.is_bot
from clicks
left join base.identified_visitors as visitors
    on visitors.visitor_id = clicks.visitor_id
    and (visitors.known_from is null or visitors.known_from <= clicks.clicked_at)
    and (visitors.known_to is null or clicks.clicked_at < visitors.known_to)
left join base.merged_customers as merged
    on merged.customer_id = coalesce(clicks.customer_id, visitors.customer_id)
