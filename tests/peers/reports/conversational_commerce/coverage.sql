select
    periods.*,
    complete_through,
    period_end > complete_through as is_provisional
from periods
cross join (
    select
        least(
            (select max(coalesce(ingested_at, ordered_at)) from orders),
            (select max(sent_at) from messages)
        ) as complete_through
)
