-- Which visits of a product's page led to a purchase?
-- Grain: one product view. `purchased`: its contact bought something after it and within the
-- window, both ends included, whatever the scope of the report. `immature`: not yet, but the window
-- is not over.
create view sales_insights.pdp_visits
parameters
    purchase_window interval default interval '7 days',
    -- only a purchase of the very product; what only the site reports has no lines, so is none
    same_product boolean default false
as
with bought as (
    select
        contact_id,
        purchased_at,
        cast(null as varchar) as product_id
    from sales_insights.purchases
    where not same_product
    union all
    select
        purchases.contact_id,
        purchases.purchased_at,
        lines.product_id
    from sales_insights.purchases as purchases
    join order_lines as lines on lines.order_id = purchases.order_id
    where same_product
),
visits as (
    select
        views.event_id,
        views.occurred_at as visited_at,
        views.contact_id,
        views.product_id,
        bool_or(bought.contact_id is not null) as purchased
    from base.contact_events as views
    left join bought
        on bought.contact_id = views.contact_id
        and bought.purchased_at >= views.occurred_at
        and bought.purchased_at <= views.occurred_at + purchase_window
        and (not same_product or bought.product_id = views.product_id)
    where views.event_type = 'product_view'
    group by views.event_id, views.occurred_at, views.contact_id, views.product_id
)
select
    event_id,
    visited_at,
    contact_id,
    product_id,
    purchased,
    not purchased and visited_at + purchase_window > now() as immature
from visits
