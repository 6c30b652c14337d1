-- How much did tracking links sell, and how well did they draw?
-- Grain: one period. Orders and revenue are by the time of the purchase, clicks by that of the
-- click, links by their creation; a rate over clicks of other links than those created may exceed
-- 1. The conversion rate can still rise if immature. What depends on purchase events is NULL if the
-- site has never sent one.
create view business_performance.overview as
with entries as (
    select
        period,
        link_id,
        click_id,
        converted,
        order_id,
        amount,
        immature
    from in_periods(rows => business_performance.entries, at => 'entered_at')
    union all
    -- So that a period in which nothing happened has a row.
    select
        period,
        cast(null as varchar) as link_id,
        cast(null as varchar) as click_id,
        cast(null as varchar) as converted,
        cast(null as varchar) as order_id,
        cast(null as decimal(18, 2)) as amount,
        false as immature
    from periods()
),
totals as (
    select
        period,
        count(distinct order_id) as orders,
        coalesce(sum(amount), 0) as revenue,
        count(distinct converted) as converted,
        count(link_id) as links_created,
        count(click_id) as link_clicks,
        bool_or(immature) as immature
    from entries
    group by period
)
select
    totals.period,
    case when purchase.event_type is not null then totals.orders end as orders,
    case when purchase.event_type is not null then totals.revenue end as revenue,
    ratio(totals.revenue, totals.orders) as average_order_value,
    case when purchase.event_type is not null then ratio(totals.converted, totals.link_clicks) end
        as conversion_rate,
    totals.links_created,
    totals.link_clicks,
    ratio(totals.link_clicks, totals.links_created) as click_through_rate,
    case when purchase.event_type is not null then totals.immature end as immature
from totals
left join base.received_events as purchase
    on purchase.event_type = 'purchase'
order by totals.period
