-- Which days is each number about, and are they complete?
-- Grain: one period. What is known ends with the latest order or message, whichever table is
-- behind; a period that ends later is provisional.
create view conversational_commerce.coverage as
with known as (
    select least(
        (select max(sent_at) from messages where sent_at <= now()),
        (select max(coalesce(ingested_at, ordered_at)) from orders
            where coalesce(ingested_at, ordered_at) <= now())
    ) as complete_through
)
select
    current.period,
    current.starts_at as period_start,
    current.ends_at as period_end,
    previous.starts_at as previous_start,
    previous.ends_at as previous_end,
    known.complete_through,
    coalesce(current.ends_at > known.complete_through, true) as is_provisional
from conversational_commerce.spans as current
join conversational_commerce.spans as previous on previous.period = current.period
cross join known
where not current.is_previous and previous.is_previous
order by current.period
