create macro listed(one, many) as
    list_contains(string_split(replace(many, ' ', ''), ','), one);

-- Messages, and the silence that ends a session of their channel.
create macro sent(gap, web_gap, web_channels) as table
select
    message_id,
    session_id,
    person(customer_id) as customer_id,
    channel,
    sent_at,
    direction = 'in' as is_inbound,
    coalesce(sender_type = 'agent', direction = 'out' and agent_id is not null) as is_by_agent,
    if(listed(channel, web_channels), web_gap, gap) as silence
from messages;

-- Which session each message is part of: that of its id, else that of the last message before
-- which its customer and the shop had been silent on the channel.
create macro parted(gap, web_gap, web_channels) as table
with unnamed as (
    select * from sent(gap, web_gap, web_channels) where session_id is null
),
openings as (
    select *
    from unnamed as opening
    where not exists (
        select 1
        from unnamed as earlier
        where earlier.customer_id = opening.customer_id
            and earlier.channel is not distinct from opening.channel
            and (earlier.sent_at, earlier.message_id) < (opening.sent_at, opening.message_id)
            and earlier.sent_at >= opening.sent_at - opening.silence
    )
)
select *, session_id as session from sent(gap, web_gap, web_channels) where session_id is not null
union all
select
    unnamed.*,
    (
        select 'from-' || arg_max(openings.message_id, {'at': sent_at, 'id': message_id})
        from openings
        where openings.customer_id = unnamed.customer_id
            and openings.channel is not distinct from unnamed.channel
            and (openings.sent_at, openings.message_id) <= (unnamed.sent_at, unnamed.message_id)
    )
from unnamed;

-- Sessions that the customer wrote in, from the first message of the customer.
create macro all_sessions(
    gap := interval '24 hours',
    web_gap := interval '30 minutes',
    web_channels := 'webchat, web_chat, web, chat'
) as table
with begun as (
    select *, min(sent_at) filter (is_inbound) over (partition by session) as started_at
    from parted(gap, web_gap, web_channels)
)
select
    session as session_id,
    arg_min_null(customer_id, {'at': sent_at, 'id': message_id}) filter (is_inbound) as customer_id,
    arg_min_null(channel, {'at': sent_at, 'id': message_id}) filter (is_inbound) as channel,
    started_at,
    max(sent_at) as ended_at,
    max(sent_at + silence) as open_until,
    count(*) filter (is_inbound) as inbound_messages,
    count(*) filter (is_by_agent) as agent_messages
from begun
where started_at is not null
group by session, started_at;
