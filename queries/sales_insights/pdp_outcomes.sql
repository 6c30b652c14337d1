-- Which visits of a product's page led to a purchase, and until when may the others?
-- Grain: one product view. `purchased`: its contact bought something after it and within the
-- window, both ends included, whatever the scope of the report; a sale that has only a day counts by
-- the days of its store, its own included. `matures_at`: when the window ends; NULL if something was
-- bought.
create materialized view sales_insights.pdp_outcomes
parameters
    purchase_window interval default interval '7 days',
    -- only a purchase of the very product; what only the site reports has no lines, so is none
    same_product boolean default false
partitioned by (local_date(visited_at) as date)
refresh every '1 hour'
as
with days as (
    select
        sales.order_id,
        sales.ordered_on,
        stores.timezone as zone
    from base.restated_orders as sales
    left join stores on stores.store_id = sales.store_id
    where sales.date_only
),
dated as (
    select
        purchases.order_id,
        purchases.contact_id,
        purchases.purchased_at,
        days.ordered_on,
        days.zone
    from sales_insights.purchases as purchases
    left join days on days.order_id = purchases.order_id
),
bought as (
    select
        contact_id,
        purchased_at,
        ordered_on,
        zone,
        cast(null as varchar) as product_id
    from dated
    where not same_product
    union all
    select
        dated.contact_id,
        dated.purchased_at,
        dated.ordered_on,
        dated.zone,
        lines.product_id
    from dated
    join order_lines as lines on lines.order_id = dated.order_id
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
        -- Whatever its zone and that of its store, a day begins within three days of what it is
        -- compared with; this alone tells which files to read.
        and views.occurred_at
            between bought.purchased_at - purchase_window - interval '3 days'
            and bought.purchased_at + interval '3 days'
        and case
            when bought.ordered_on is null then bought.purchased_at
                between views.occurred_at and views.occurred_at + purchase_window
            when bought.zone is null then bought.ordered_on
                between local_date(views.occurred_at)
                and local_date(views.occurred_at) + purchase_window
            else bought.ordered_on
                between local_date(views.occurred_at, bought.zone)
                and local_date(views.occurred_at, bought.zone) + purchase_window
        end
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
    case when not purchased then visited_at + purchase_window end as matures_at
from visits
