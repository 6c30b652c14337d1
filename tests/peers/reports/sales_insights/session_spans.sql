-- Each chat twice: by its id, and by its customer.
with spans as (
    select
        *,
        (
            select min((later.started_at, later.session_id))
            from chats() as later
            where later.customer_id = chats.customer_id
                and (later.started_at, later.session_id) > (chats.started_at, chats.session_id)
        ) as next
    from chats() as chats
)
select
    session_id,
    customer_id,
    channel,
    started_at,
    ended_at,
    open_until,
    next[1] as next_started_at,
    inbound_messages,
    agent_messages,
    unnest(['session ' || session_id, 'customer ' || customer_id]) as place_key
from spans
