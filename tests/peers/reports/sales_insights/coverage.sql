with known as (
    -- Whichever of them is behind.
    select least(
        (select max(coalesce(ingested_at, ordered_at)) from orders),
        (select max(sent_at) from messages),
        (select max(occurred_at) from web_events)
    ) as complete_through
)
select
    period,
    period_start,
    period_end,
    previous_start,
    previous_end,
    complete_through,
    period_end > complete_through as is_provisional,
    period_end + interval '7 days' as immature_until,
    immature_until > complete_through as is_immature
from periods, known
