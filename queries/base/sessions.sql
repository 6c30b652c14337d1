-- When did each customer talk with the shop, and how much did either side write?
-- Grain: one session that the customer wrote in. A message's session_id says what it is part of;
-- messages without one are parted by inactivity, per customer and channel. A session starts with
-- the first message of the customer: a template that went before has not been answered until then.
create materialized view base.sessions
parameters
    -- a longer silence opens a session, on the channels of the web and on others
    session_gap interval default interval '24 hours',
    web_session_gap interval default interval '30 minutes',
    -- comma-separated
    web_channels varchar default 'webchat, web_chat, web, chat'
partitioned by (local_date(started_at) as date)
refresh every '1 hour'
as
with versions as (
    select
        *,
        row_number() over (
            partition by message_id
            order by sent_at, session_id nulls last
        ) as version
    from messages
),
sent as (
    select
        versions.message_id,
        versions.session_id,
        coalesce(merged.canonical_id, versions.customer_id) as customer_id,
        versions.channel,
        versions.sent_at,
        versions.direction = 'in' as is_inbound,
        coalesce(
            versions.sender_type = 'agent',
            versions.direction = 'out' and versions.agent_id is not null
        ) as is_by_agent,
        case
            when array_has(string_to_array(replace(web_channels, ' ', ''), ','), versions.channel)
                then web_session_gap
            else session_gap
        end as gap
    from versions
    left join base.merged_customers as merged on merged.customer_id = versions.customer_id
    where versions.version = 1
),
numbered as (
    select
        *,
        sessionize(sent_at, gap) over (
            partition by session_id, customer_id, channel
            order by sent_at, message_id
        ) as place
    from sent
),
-- An id is enough to say what a message is part of; without one it takes all three.
keyed as (
    select
        *,
        case when session_id is null then customer_id end as derived_customer_id,
        case when session_id is null then channel end as derived_channel,
        case when session_id is null then place end as derived_place
    from numbered
),
sessions as (
    select
        coalesce(
            session_id,
            concat('from-', first_value(message_id order by sent_at, message_id))
        ) as session_id,
        first_value(customer_id order by is_inbound desc, sent_at, message_id) as customer_id,
        first_value(channel order by is_inbound desc, sent_at, message_id) as channel,
        min(case when is_inbound then sent_at end) as started_at,
        max(sent_at) as ended_at,
        max(sent_at + gap) as open_until,
        count(case when is_inbound then 1 end) as inbound_messages,
        count(case when is_by_agent then 1 end) as agent_messages
    from keyed
    group by session_id, derived_customer_id, derived_channel, derived_place
)
select
    session_id,
    customer_id,
    channel,
    started_at,
    ended_at,
    -- until when a message would still have been part of it, but for an id that says otherwise
    open_until,
    inbound_messages,
    agent_messages
from sessions
where inbound_messages > 0
