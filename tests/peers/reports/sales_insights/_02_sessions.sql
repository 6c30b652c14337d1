-- Chat sessions: a message's session_id, else the silence before it says where it belongs.
create table talk as
select distinct
    * exclude (customer_id),
    person(customer_id) as customer,
    channel in ('webchat', 'web_chat', 'web', 'chat') as is_web
from messages;

create macro chats(gap := interval '24 hours', web_gap := interval '30 minutes') as table
with heard as (
    select *, if(is_web, web_gap, gap) as patience from talk
),
-- Nothing was said for longer than the patience before it.
openers as (
    select *
    from heard as first
    where session_id is null
        and not exists (
            from heard as earlier
            where earlier.session_id is null
                and earlier.customer = first.customer
                and earlier.channel = first.channel
                and (earlier.sent_at, earlier.message_id) < (first.sent_at, first.message_id)
                and first.sent_at - earlier.sent_at <= first.patience
        )
),
said as (
    select
        heard.*,
        coalesce(
            heard.session_id,
            (
                select 'from-' || arg_max(openers.message_id, (openers.sent_at, openers.message_id))
                from openers
                where openers.customer = heard.customer
                    and openers.channel = heard.channel
                    and (openers.sent_at, openers.message_id) <= (heard.sent_at, heard.message_id)
            )
        ) as chat
    from heard
),
begun as (
    select * exclude (place)
    from (
        select
            *,
            row_number() over (partition by chat order by sent_at, message_id) as place
        from said
        where direction = 'in'
    )
    where place = 1
)
select
    begun.chat as session_id,
    begun.customer as customer_id,
    begun.channel,
    begun.sent_at as started_at,
    max(said.sent_at) as ended_at,
    max(said.sent_at + said.patience) as open_until,
    count(*) filter (where said.direction = 'in') as inbound_messages,
    count(*) filter (where said.sender_type = 'agent') as agent_messages
from begun
join said on said.chat = begun.chat
group by all;
