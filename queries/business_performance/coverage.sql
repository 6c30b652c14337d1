-- Which days is each number about, and are they complete?
-- Grain: one period. What is known ends with the latest row of whichever table is behind; a period
-- that ends later is provisional. A click of the period can earn an order until `immature_until`,
-- so the conversion rate is immature until that is known too; by event it is not.
create view business_performance.coverage
parameters
    lookback interval default interval '7 days',
    basis varchar in ('click_cohort', 'event_time') default 'click_cohort'
as
with known as (
    select least(
        (select max(created_at) from tracking_links where created_at <= now()),
        (select max(clicked_at) from link_clicks where clicked_at <= now()),
        (select max(occurred_at) from web_events where occurred_at <= now()),
        (select max(coalesce(ingested_at, ordered_at)) from orders
            where coalesce(ingested_at, ordered_at) <= now())
    ) as complete_through
)
select
    periods.period,
    periods.period_start,
    periods.period_end,
    periods.previous_start,
    periods.previous_end,
    known.complete_through,
    coalesce(periods.period_end > known.complete_through, true) as is_provisional,
    case when basis = 'click_cohort' then periods.period_end + lookback end as immature_until,
    basis = 'click_cohort'
        and coalesce(periods.period_end + lookback > known.complete_through, true) as is_immature
from known
cross join periods() as periods
order by periods.period
