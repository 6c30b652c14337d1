-- How many of those who visited a product's page bought?
-- Grain: one period. Visitors are the contacts with a visit in the period, purchasers those of them
-- with a purchase after one of these visits, whenever within the window. NULL if no visit was ever
-- received.
create view sales_insights.pdp_entry_conversion as
with counted as (
    select
        period,
        count(distinct contact_id) as visitors,
        count(distinct case when purchased then contact_id end) as purchasers
    from in_periods(rows => sales_insights.pdp_visits, at => 'visited_at')
    group by period
)
select
    periods.period,
    case when view.is_received then coalesce(counted.visitors, 0) end as visitors,
    case when view.is_received then coalesce(counted.purchasers, 0) end as purchasers,
    ratio(counted.purchasers, counted.visitors) as conversion_rate
from periods() as periods
join sales_insights.received_events as view on view.event_type = 'product_view'
left join counted on counted.period = periods.period
order by periods.period
