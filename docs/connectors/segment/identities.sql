-- Whose browser it was, from identify and alias calls. From each call on, a visitor is that customer
-- until another one is identified there.
select
    case type when 'alias' then "previousId" else "anonymousId" end as visitor_id,
    "userId" as customer_id,
    coalesce("timestamp", "originalTimestamp", "receivedAt") as valid_from,
    source_file,
    source_row
from source
where
    "userId" is not null
    and (
        (type = 'identify' and "anonymousId" is not null)
        or (type = 'alias' and "previousId" is not null)
    )
