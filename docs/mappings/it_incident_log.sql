-- An incident log as fact tables: a ticket is a conversation, a row of the log is a change of its
-- status. Paths are relative to the folder of its files. Its clock is read as UTC.
create external table ticket_events stored as parquet location 'ticket_events.parquet';
create external table tickets stored as parquet location 'tickets.parquet';

-- A caller who is not known is nobody else's.
create temporary view incidents.conversations as
select
    ticket_id as conversation_id,
    coalesce('caller-' || cast(caller_id as varchar), 'unknown-' || ticket_id) as customer_id,
    'phone' as channel,
    cast(last_team_id as varchar) as team_id,
    opened_at at time zone 'UTC' as created_at
from tickets;

-- Every row of the log is an event, whether the state is new or not: whoever marked it last as
-- done is who wrote the last row that says so. `resolved_by` is no history: the log repeats its
-- final value on every row.
create temporary view incidents.conversation_status_events as
select
    concat(ticket_id, '-', lpad(cast(event_no as varchar), 3, '0')) as event_id,
    ticket_id as conversation_id,
    case
        when state in ('Resolved', 'Closed') then 'done'
        when state like 'Awaiting %' then 'snoozed'
        else 'open'
    end as status,
    updated_at at time zone 'UTC' as changed_at,
    cast(updated_by as varchar) as changed_by,
    'human' as changed_by_type,
    event_no as sequence
from ticket_events;

-- A ticket begins with word from its caller.
create temporary view incidents.messages as
select
    concat(conversation_id, '-opening') as message_id,
    conversation_id,
    customer_id,
    channel,
    'in' as direction,
    'contact' as sender_type,
    created_at as sent_at
from incidents.conversations;
