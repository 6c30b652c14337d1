//! What happens in the sample in conversations, on the site and in activities: a name, how often at least, and a query that counts it.

pub(crate) const SITUATIONS: &[(&str, i64, &str)] = &[
    (
        "conversations on every channel",
        4,
        "select count(distinct channel) from conversations where channel in ('whatsapp', 'webchat', 'email', 'instagram')",
    ),
    (
        "messages on every channel",
        4,
        "select count(distinct channel) from messages",
    ),
    (
        "links of one agent in two teams",
        1,
        "select count(*) from (select agent_id from tracking_links where agent_id is not null group by agent_id having count(distinct team_id) > 1)",
    ),
    (
        "conversations closed by bots",
        50,
        "select count(*) from conversation_status_events where status = 'done' and changed_by_type = 'bot'",
    ),
    (
        "conversations closed by rules",
        50,
        "select count(*) from conversation_status_events where status = 'done' and changed_by_type = 'rule'",
    ),
    (
        "conversations closed by nobody named",
        5,
        "select count(*) from conversation_status_events where status = 'done' and changed_by is null",
    ),
    (
        "conversations of merged records",
        10,
        "select count(*) from conversations v join customers c on v.customer_id = c.customer_id where c.merged_into is not null",
    ),
    (
        "customers of somebody who did not sell to them",
        20,
        "select count(*) from orders o join customers c on o.customer_id = c.customer_id where c.associate_id <> o.associate_id",
    ),
    (
        "visitors who changed customer",
        3,
        "select count(*) from (select visitor_id from identities group by visitor_id having count(distinct customer_id) > 1)",
    ),
    (
        "identities since always",
        100,
        "select count(*) from identities where valid_from is null",
    ),
    (
        "events of known visitors without a name",
        100,
        "select count(*) from web_events e join identities i on e.visitor_id = i.visitor_id where e.customer_id is null and e.occurred_at >= i.valid_from",
    ),
    (
        "visitors whom nobody knows",
        500,
        "select count(*) from web_events e left anti join identities i on e.visitor_id = i.visitor_id where e.visitor_id is not null",
    ),
    (
        "clicks of crawlers",
        100,
        "select count(*) from link_clicks where is_bot",
    ),
    (
        "links clicked twice by one visitor",
        50,
        "select count(*) from (select link_id, visitor_id from link_clicks where not is_bot group by link_id, visitor_id having count(*) > 1)",
    ),
    (
        "clicks on links more than a week old",
        20,
        "select count(*) from link_clicks k join tracking_links l on k.link_id = l.link_id where k.clicked_at > l.created_at + interval '7 days'",
    ),
    (
        "forwarded links",
        20,
        "select count(*) from link_clicks k left anti join identities i on k.visitor_id = i.visitor_id where k.customer_id is null and not k.is_bot",
    ),
    (
        "links of every creator",
        3,
        "select count(distinct creator_type) from tracking_links",
    ),
    (
        "links without a creator type",
        20,
        "select count(*) from tracking_links where creator_type is null",
    ),
    (
        "links never clicked",
        100,
        "select count(*) from tracking_links l left anti join link_clicks k on l.link_id = k.link_id",
    ),
    (
        "conversations reopened after done",
        100,
        "select count(distinct a.conversation_id) from conversation_status_events a join conversation_status_events b on a.conversation_id = b.conversation_id where a.status = 'done' and b.status = 'open' and b.changed_at > a.changed_at",
    ),
    (
        "conversations done twice",
        50,
        "select count(*) from (select conversation_id from conversation_status_events where status = 'done' group by conversation_id having count(*) > 1)",
    ),
    (
        "conversations done without an inbound message",
        5,
        "select count(*) from (select distinct conversation_id from conversation_status_events where status = 'done') d left anti join (select conversation_id from messages where direction = 'in') m on d.conversation_id = m.conversation_id",
    ),
    (
        "snoozed conversations",
        50,
        "select count(*) from conversation_status_events where status = 'snoozed'",
    ),
    (
        "conversations never done",
        50,
        "select count(*) from conversations c left anti join (select conversation_id from conversation_status_events where status = 'done') d on c.conversation_id = d.conversation_id",
    ),
    (
        "quizzes begun",
        500,
        "select count(*) from web_events where event_type = 'quiz_started'",
    ),
    (
        "quizzes dropped",
        100,
        "select count(*) from (select session_id from web_events where event_type = 'quiz_started' and session_id is not null) s left anti join (select session_id from web_events where event_type = 'quiz_completed') c on s.session_id = c.session_id",
    ),
    (
        "every question of the quiz",
        5,
        "select count(distinct step) from web_events where event_type = 'quiz_step'",
    ),
    (
        "quizzes that end in an order",
        20,
        "select count(distinct q.session_id) from web_events q join web_events p on q.session_id = p.session_id where q.event_type = 'quiz_completed' and p.event_type = 'purchase' and p.occurred_at > q.occurred_at",
    ),
    (
        "quizzes taken twice in a session",
        5,
        "select count(*) from (select session_id from web_events where event_type = 'quiz_started' and session_id is not null group by session_id having count(*) > 1)",
    ),
    (
        "product displays tied to a message",
        500,
        "select count(*) from web_events where event_type = 'product_shown' and message_id is not null",
    ),
    (
        "displays drawn twice",
        20,
        "select count(*) from (select message_id, product_id from web_events where event_type = 'product_shown' group by message_id, product_id having count(*) > 1)",
    ),
    (
        "messages with a session id",
        1000,
        "select count(*) from messages where session_id is not null",
    ),
    (
        "messages without a session id",
        1000,
        "select count(*) from messages where session_id is null",
    ),
    (
        "events with a session id",
        1000,
        "select count(*) from web_events where session_id is not null",
    ),
    (
        "events without a session id",
        1000,
        "select count(*) from web_events where session_id is null",
    ),
    (
        "sessions with human help",
        100,
        "select count(distinct session_id) from messages where sender_type = 'agent'",
    ),
    (
        "sessions without human help",
        100,
        "select count(*) from (select session_id from messages where session_id is not null group by session_id having sum(case when sender_type = 'agent' then 1 else 0 end) = 0)",
    ),
    (
        "bounced sessions",
        100,
        "select count(*) from (select session_id from messages where session_id is not null group by session_id having sum(case when direction = 'in' then 1 else 0 end) = 1)",
    ),
    (
        "templates without a reply",
        100,
        "select count(*) from messages m where sender_type = 'system' and not exists (select 1 from messages r where r.customer_id = m.customer_id and r.direction = 'in' and r.sent_at > m.sent_at)",
    ),
    (
        "new users of the last 30 days",
        100,
        "select count(*) from (select customer_id from messages where direction = 'in' group by customer_id having min(sent_at) >= timestamp '2026-10-21T04:00:00Z')",
    ),
    (
        "returning users of the last 30 days",
        100,
        "select count(*) from (select customer_id from messages where direction = 'in' group by customer_id having min(sent_at) < timestamp '2026-10-21T04:00:00Z' and max(sent_at) >= timestamp '2026-10-21T04:00:00Z')",
    ),
    (
        "visits of product pages",
        1000,
        "select count(*) from web_events where event_type = 'product_view'",
    ),
    (
        "events of every type",
        10,
        "select count(distinct event_type) from web_events",
    ),
    (
        "purchase events sent twice",
        50,
        "select count(*) from (select order_id from web_events where event_type = 'purchase' group by order_id having count(*) > 1)",
    ),
    (
        "purchase events unknown to the shop",
        5,
        "select count(*) from web_events e left anti join orders o on e.order_id = o.order_id where e.event_type = 'purchase'",
    ),
    (
        "purchase events without a currency",
        5,
        "select count(*) from web_events where event_type = 'purchase' and currency is null",
    ),
    (
        "activities of every type",
        5,
        "select count(distinct activity_type) from activities",
    ),
    (
        "automated activities",
        500,
        "select count(*) from activities where automated and associate_id is null",
    ),
    (
        "failed activities",
        50,
        "select count(*) from activities where status = 'failed'",
    ),
    (
        "inbound activities",
        50,
        "select count(*) from activities where direction = 'inbound'",
    ),
    (
        "activities without a direction",
        50,
        "select count(*) from activities where direction is null",
    ),
    (
        "messages of today",
        20,
        "select count(*) from messages where sent_at >= timestamp '2026-11-20T05:00:00Z'",
    ),
];
