-- What each chat came to.
create macro chat_results(
    scope := 'bot',
    channels := null,
    intent_events := 'add_to_cart, product_click, begin_checkout',
    gap := interval '24 hours',
    web_gap := interval '30 minutes'
) as table
with happened as materialized (
    from placed(scope := scope, channels := channels, gap := gap, web_gap := web_gap)
),
judged as (
    select
        c.*,
        (
            select min(occurred_at)
            from happened as h
            where h.session_id = c.session_id and listed(h.event_type, intent_events)
        ) as first_intent,
        (
            select max(occurred_at)
            from happened as h
            where h.session_id = c.session_id and h.event_type in ('order', 'purchase')
        ) as last_purchase,
        exists (
            from happened as h where h.session_id = c.session_id and h.in_scope
        ) as has_order
    from chats(gap := gap, web_gap := web_gap) as c
    where channels is null or listed(c.channel, channels)
)
select
    session_id,
    customer_id,
    channel,
    started_at,
    ended_at,
    inbound_messages,
    agent_messages,
    first_intent is not null and (last_purchase is null or first_intent <= last_purchase) as has_intent,
    first_intent is not null and last_purchase is null as is_abandoned,
    has_order
from judged;
