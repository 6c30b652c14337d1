-- Which days is each number about, and are they complete?
-- Grain: one period. What is known ends with the latest row of whichever table is behind; a period
-- that ends later is provisional. A visit of the period can lead to a purchase until
-- `immature_until`, so that sales_insights.pdp_entry_conversion is immature until that is known too;
-- what sessions and orders add up to has no such window.
create view sales_insights.coverage
parameters
    purchase_window interval default interval '7 days'
as
with known as (
    select least(
        (select max(coalesce(ingested_at, ordered_at)) from orders
            where coalesce(ingested_at, ordered_at) <= now()),
        (select max(sent_at) from messages where sent_at <= now()),
        (select max(occurred_at) from web_events where occurred_at <= now())
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
    periods.period_end + purchase_window as immature_until,
    coalesce(periods.period_end + purchase_window > known.complete_through, true) as is_immature
from known
cross join periods() as periods
order by periods.period
