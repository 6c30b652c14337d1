create macro sessions(
    channels := 'whatsapp',
    gap := interval '24 hours',
    web_gap := interval '30 minutes',
    web_channels := 'webchat, web_chat, web, chat',
    history_from := null
) as table
with chosen as (
    select
        *,
        min(started_at) over (partition by customer_id) as first_session_at,
        row_number() over (partition by customer_id order by started_at, session_id) as nth,
        min(started_at) over () as first_at
    from all_sessions(gap := gap, web_gap := web_gap, web_channels := web_channels)
    where listed(channel, channels)
),
-- The latest session that the customer of an order had begun.
placed as (
    select
        orders.order_id,
        orders.ordered_at,
        arg_max(chosen.session_id, {'at': chosen.started_at, 'id': chosen.session_id}) as session_id
    from captured(channels := channels) as orders
    join chosen
        on chosen.customer_id = orders.customer_id and chosen.started_at <= orders.ordered_at
    where orders.reason = 'counted'
    group by all
)
select
    session_id,
    customer_id,
    channel,
    started_at,
    ended_at,
    first_session_at,
    if(nth = 1, 'new', 'returning') as user_class,
    inbound_messages,
    agent_messages,
    inbound_messages = 1 as is_bounced,
    agent_messages > 0 as is_human_supported,
    exists (
        select 1
        from placed
        where placed.session_id = chosen.session_id and placed.ordered_at <= open_until
    ) as has_order,
    coalesce(history_from, first_at) as history_starts_at
from chosen;

create table default_sessions as from sessions();

create table default_orders as from captured();
