-- Links to which products sold most?
-- Grain: one period and product with a click or an order in it, best first; what belongs to links
-- without a product comes last, so revenue, orders and clicks sum to the overview. The conversion
-- rate can still rise if immature.
create view business_performance.product_performance as
with totals as (
    select
        period,
        product_id,
        max(product) as product,
        count(distinct order_id) as orders,
        coalesce(sum(amount), 0) as revenue,
        count(distinct converted) as converted,
        count(click_id) as link_clicks,
        bool_or(immature) as immature
    from in_periods(rows => business_performance.entries, at => 'entered_at')
    where link_id is null
    group by period, product_id
),
rated as (
    select
        totals.period,
        totals.product_id,
        totals.product,
        case when purchase.event_type is not null then totals.revenue end as revenue,
        case when purchase.event_type is not null then totals.orders end as orders,
        totals.link_clicks,
        case when purchase.event_type is not null then ratio(totals.converted, totals.link_clicks) end
            as conversion_rate,
        case when purchase.event_type is not null then totals.immature end as immature
    from totals
    left join base.received_events as purchase
        on purchase.event_type = 'purchase'
)
select
    period,
    rank() over (
        partition by period
        order by
            product_id is null,
            revenue desc,
            orders desc,
            link_clicks desc,
            conversion_rate desc nulls last,
            product_id
    ) as rank,
    product_id,
    product,
    revenue,
    orders,
    link_clicks,
    conversion_rate,
    immature
from rated
order by period, rank
