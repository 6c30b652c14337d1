-- Whose browser it was: Analytics sets user_id on the events after a login. From the first such event
-- of a file on, a visitor is that customer until another one logs in there.
select
    user_pseudo_id as visitor_id,
    user_id as customer_id,
    to_timestamp_micros(min(try_cast(event_timestamp as bigint))) as valid_from,
    source_file,
    min(source_row) as source_row
from source
where
    user_pseudo_id is not null
    and user_id is not null
    -- An event of no time is quarantined as an event.
    and try_cast(event_timestamp as bigint) is not null
group by user_pseudo_id, user_id, source_file
