-- Which sessions were there, of whom, and how did they go?
-- Grain: one session. The ledger behind every number of this report that is no amount. An order
-- belongs to the latest session that its customer had begun, if that was still open.
create materialized view conversational_commerce.sessions
parameters
    channels varchar default 'whatsapp',
    -- since when sessions are recorded; NULL means since the first there is
    history_from timestamp default null
partitioned by (local_date(started_at) as date)
refresh every '1 hour'
as
with recorded as (
    select *
    from base.sessions
    where array_has(string_to_array(replace(channels, ' ', ''), ','), channel)
),
first_session as (
    select min(started_at) as first_started_at
    from recorded
),
sessions_in_order as (
    select
        session_id,
        customer_id,
        channel,
        started_at,
        ended_at,
        open_until,
        inbound_messages,
        agent_messages,
        row_number() over (
            partition by customer_id
            order by started_at, session_id
        ) as place,
        lead(started_at) over (
            partition by customer_id
            order by started_at, session_id
        ) as next_started_at,
        min(started_at) over (partition by customer_id) as first_session_at
    from recorded
),
placed as (
    select
        customer_id,
        ordered_at
    from conversational_commerce.captured_orders
    where reason = 'counted'
)
-- A session in which several orders were placed is there once.
select distinct
    sessions.session_id,
    sessions.customer_id,
    sessions.channel,
    sessions.started_at,
    sessions.ended_at,
    sessions.first_session_at,
    case when sessions.place = 1 then 'new' else 'returning' end as user_class,
    sessions.inbound_messages,
    sessions.agent_messages,
    sessions.inbound_messages = 1 as is_bounced,
    sessions.agent_messages > 0 as is_human_supported,
    placed.customer_id is not null as has_order,
    coalesce(history_from, first_session.first_started_at) as history_starts_at
-- The one row comes first: what comes first is held, and the other streams past it.
from first_session
cross join sessions_in_order as sessions
left join placed
    on placed.customer_id = sessions.customer_id
    and placed.ordered_at >= sessions.started_at
    and placed.ordered_at <= sessions.open_until
    and (sessions.next_started_at is null or placed.ordered_at < sessions.next_started_at)
