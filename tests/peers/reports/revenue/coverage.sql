select
    periods.*,
    complete_through,
    period_end > complete_through as is_provisional,
    period_end + interval '120 hours' as immature_until,
    immature_until > complete_through as is_immature
from periods
cross join (
    select
        least(
            (select max(coalesce(ingested_at, ordered_at)) from orders),
            (select max(created_at) from conversations),
            (select max(changed_at) from conversation_status_events),
            (select max(sent_at) from messages)
        ) as complete_through
)
