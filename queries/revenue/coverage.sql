-- Which days is each number about, and are they complete?
-- Grain: one period. What is known ends with the latest row of whichever table is behind; a period
-- that ends later is provisional. A conversation of the period can earn an order until
-- `immature_until`, so the conversion rate is immature until that is known too; by event it is not.
create view revenue.coverage
parameters
    lookback interval default interval '120 hours',
    rate_basis varchar in ('cohort', 'event') default 'cohort'
as
with known as (
    select least(
        (select max(coalesce(ingested_at, ordered_at)) from orders
            where coalesce(ingested_at, ordered_at) <= now()),
        (select max(created_at) from conversations where created_at <= now()),
        (select max(changed_at) from conversation_status_events where changed_at <= now()),
        (select max(sent_at) from messages where sent_at <= now())
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
    case when rate_basis = 'cohort' then periods.period_end + lookback end as immature_until,
    rate_basis = 'cohort'
        and coalesce(periods.period_end + lookback > known.complete_through, true) as is_immature
from known
cross join periods() as periods
order by periods.period
