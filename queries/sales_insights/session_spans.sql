-- By what does an event find its chat session?
-- Grain: one session and way to find it: by its id, or by its customer at a time in it. In the
-- second way the latest session that a customer has begun holds what happens while it is open, so
-- that nothing is in two.
create view sales_insights.session_spans as
with sessions_in_order as (
    select
        session_id,
        customer_id,
        channel,
        started_at,
        ended_at,
        open_until,
        inbound_messages,
        agent_messages,
        lead(started_at) over (
            partition by customer_id
            order by started_at, session_id
        ) as next_started_at
    from base.sessions
)
select
    sessions.session_id,
    sessions.customer_id,
    sessions.channel,
    sessions.started_at,
    sessions.ended_at,
    sessions.open_until,
    sessions.next_started_at,
    sessions.inbound_messages,
    sessions.agent_messages,
    case when ways.by_id then 'session ' || sessions.session_id
        else 'customer ' || sessions.customer_id end as place_key
from (values (true), (false)) as ways (by_id)
cross join sessions_in_order as sessions
