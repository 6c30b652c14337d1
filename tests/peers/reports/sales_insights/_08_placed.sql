-- What may have happened in a chat: events of the site, and purchases once each.
create macro placeable(scope := 'bot', channels := null) as table
with chat_names as (
    select distinct session_id from talk where session_id is not null and direction = 'in'
),
-- Of several ways to know a purchase: a report that names a chat, then one that names any visit;
-- the order's own customer, then that of a report.
ways as (
    select p.*, sold.customer as buyer
    from purchases_in(scope := scope, channels := channels) as p
    left join sold using (order_id)
),
known as (
    select
        order_id,
        purchased_at,
        is_order,
        in_scope,
        arg_min(session_id, (session_id not in (from chat_names), session_id)) as visit,
        coalesce(min(buyer), min(customer_id)) as customer,
        coalesce(min(buyer), min(contact_id)) as contact
    from ways
    group by order_id, purchased_at, is_order, in_scope
),
everything as (
    select event_id, event_type, occurred_at, contact, customer, session_id as visit, step, false as in_scope
    from site
    where event_type <> 'purchase'
    union all
    select
        order_id, if(is_order, 'order', 'purchase'), purchased_at, contact, customer, visit, null, in_scope
    from known
),
named as (
    select *, coalesce(visit in (from chat_names), false) as is_named from everything
)
select
    event_id,
    event_type,
    occurred_at,
    contact as contact_id,
    visit as visit_id,
    step,
    in_scope,
    is_named,
    if(is_named, 'session ' || visit, 'customer ' || customer) as place_key
from named;

create macro placed(
    scope := 'bot', channels := null, gap := interval '24 hours', web_gap := interval '30 minutes'
) as table
with all_chats as materialized (
    from chats(gap := gap, web_gap := web_gap)
)
select
    event_id,
    event_type,
    occurred_at,
    contact_id,
    if(
        is_named,
        visit_id,
        (
            -- The latest that had begun, and only if it was still open.
            select if(e.occurred_at <= last.open_until, last.session_id, null)
            from (
                select
                    arg_max(session_id, (started_at, session_id)) as session_id,
                    arg_max(open_until, (started_at, session_id)) as open_until
                from all_chats
                where 'customer ' || customer_id = e.place_key and started_at <= e.occurred_at
            ) as last
        )
    ) as session_id,
    visit_id,
    step,
    in_scope
from placeable(scope := scope, channels := channels) as e;

