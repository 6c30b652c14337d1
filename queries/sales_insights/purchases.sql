-- Which purchases were there, and of whom are they known to be?
-- Grain: one purchase and one way to know whose it is: by the order itself, or by a purchase event of
-- the site that names it. An order is purchased when it was placed, however late or often the site
-- reports it; a purchase that only the site knows, when it was first reported. `is_report`: known so
-- by the site, not by the order.
create materialized view sales_insights.purchases
partitioned by (local_date(purchased_at) as date)
refresh every '1 hour'
as
with reported as (
    select
        coalesce(order_id, event_id) as order_id,
        occurred_at,
        contact_id,
        customer_id,
        session_id,
        row_number() over (
            partition by coalesce(order_id, event_id)
            order by occurred_at, event_id
        ) as report
    from base.contact_events
    where event_type = 'purchase'
),
matched as (
    select
        coalesce(sold.order_id, reported.order_id) as order_id,
        coalesce(sold.ordered_at, reported.occurred_at) as purchased_at,
        sold.customer_id as buyer_id,
        reported.order_id is not null as is_reported,
        reported.contact_id,
        reported.customer_id,
        reported.session_id,
        sold.order_id is not null as is_order,
        coalesce(sold.reason = 'in_scope', false) as in_scope
    from sales_insights.scoped_orders as sold
    full join reported on reported.order_id = sold.order_id
    where sold.reason in ('in_scope', 'other_source', 'other_channel')
        or (sold.order_id is null and reported.report = 1)
)
select distinct
    matched.order_id,
    matched.purchased_at,
    case when ways.by_event then matched.contact_id else matched.buyer_id end as contact_id,
    case when ways.by_event then matched.customer_id else matched.buyer_id end as customer_id,
    case when ways.by_event then matched.session_id end as session_id,
    ways.by_event as is_report,
    matched.is_order,
    matched.in_scope
from (values (true), (false)) as ways (by_event)
cross join matched
where case when ways.by_event then matched.is_reported else matched.is_order end
