-- Which days is each number about, and are they complete?
-- Grain: one period. What is known ends with the latest row of whichever table is behind; a period
-- that ends later is provisional. A sale is attributed by what came before it, so no cohort is
-- immature.
create view clienteling.coverage as
with known as (
    select least(
        (select max(coalesce(ingested_at, ordered_at)) from orders
            where coalesce(ingested_at, ordered_at) <= now()),
        (select max(occurred_at) from activities where occurred_at <= now())
    ) as complete_through
)
select
    periods.period,
    periods.period_start,
    periods.period_end,
    periods.previous_start,
    periods.previous_end,
    known.complete_through,
    coalesce(periods.period_end > known.complete_through, true) as is_provisional
from known
cross join periods() as periods
order by periods.period
