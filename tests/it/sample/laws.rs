//! What holds for every row of the sample.

/// Rules that no row may break: a name and a query of the rows that do.
pub(crate) const LAWS: &[(&str, &str)] = &[
    ("a key is given once: orders", "select order_id from orders group by order_id having count(*) > 1"),
    ("a key is given once: messages", "select message_id from messages group by message_id having count(*) > 1"),
    ("a key is given once: customers", "select customer_id from customers group by customer_id having count(*) > 1"),
    (
        "a key is given once: web events",
        "select event_id from web_events group by event_id having count(*) > 1",
    ),
    (
        "a key is given once: order lines",
        "select order_id from order_lines group by order_id, line_number having count(*) > 1",
    ),
    (
        "a key is given once: identities",
        "select visitor_id from identities group by visitor_id, valid_from having count(*) > 1",
    ),
    (
        "total = subtotal - discount + shipping + tax",
        "select order_id from orders where total <> subtotal - discount + shipping + tax",
    ),
    (
        "subtotal = sum of the lines, to the cent, and every order has lines",
        "select o.order_id from orders o left join
           (select order_id, sum(net_amount) net from order_lines group by order_id) l
           on o.order_id = l.order_id
         where l.net is null or l.net <> o.subtotal",
    ),
    (
        "a line costs at most its units",
        "select order_id from order_lines where quantity > 0 and net_amount > quantity * unit_price",
    ),
    (
        "adjustments never take more than was paid",
        "select o.order_id from orders o join order_adjustments a on o.order_id = a.order_id
         group by o.order_id, o.total having o.total + sum(a.amount) < 0",
    ),
    (
        "states of an order follow each other",
        "select order_id from orders where approved_at < captured_at or invoiced_at < approved_at
           or cancelled_at < captured_at or (status = 'invoiced') <> (invoiced_at is not null and cancelled_at is null)",
    ),
    (
        "an order of a link comes after a click on it",
        "select order_id from orders o where link_id is not null and not exists
           (select 1 from link_clicks k where k.link_id = o.link_id and k.clicked_at <= o.ordered_at)",
    ),
    (
        "a click is not before its link",
        "select click_id from link_clicks k join tracking_links l on k.link_id = l.link_id
         where k.clicked_at < l.created_at",
    ),
    (
        "a purchase event has the amount of its order",
        "select e.event_id from web_events e join orders o on e.order_id = o.order_id
         where e.amount <> o.total or e.occurred_at < o.ordered_at",
    ),
    (
        "a session is of one customer, channel and conversation",
        "select session_id from messages where session_id is not null group by session_id
         having count(distinct customer_id) > 1 or count(distinct channel) > 1
           or count(distinct conversation_id) > 1",
    ),
    (
        "a message is not before its conversation",
        "select m.message_id from messages m join conversations c on m.conversation_id = c.conversation_id
         where m.sent_at < c.created_at or m.customer_id <> c.customer_id",
    ),
    (
        "a visitor is one customer at a time",
        "select a.visitor_id from identities a join identities b on a.visitor_id = b.visitor_id
         where a.customer_id <> b.customer_id
           and coalesce(a.valid_from, timestamp '1970-01-01') < coalesce(b.valid_to, timestamp '2200-01-01')
           and coalesce(b.valid_from, timestamp '1970-01-01') < coalesce(a.valid_to, timestamp '2200-01-01')",
    ),
    (
        "an identity is valid for some time",
        "select visitor_id from identities where valid_to <= valid_from",
    ),
    (
        "a row is known when it happened or later, and before the clock",
        "select order_id from orders where ingested_at < ordered_at or ingested_at > timestamp '2026-11-20T15:30:00Z'
         union all
         select adjustment_id from order_adjustments where ingested_at < occurred_at
           or ingested_at > timestamp '2026-11-20T15:30:00Z'",
    ),
    (
        "a link's team is that of its agent at that instant",
        "select l.link_id from tracking_links l join agents a on l.agent_id = a.agent_id
         where l.created_at >= coalesce(a.valid_from, timestamp '1970-01-01')
           and l.created_at < coalesce(a.valid_to, timestamp '2200-01-01') and l.team_id <> a.team_id",
    ),
    (
        "an activity's store is that of its associate at that instant",
        "select v.activity_id from activities v join associates a on v.associate_id = a.associate_id
         where v.occurred_at >= coalesce(a.valid_from, timestamp '1970-01-01')
           and v.occurred_at < coalesce(a.valid_to, timestamp '2200-01-01') and v.store_id <> a.store_id",
    ),
];

/// Columns that must name a row of another table: child, column, parent, its key.
pub(crate) const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("orders", "customer_id", "customers", "customer_id"),
    ("orders", "link_id", "tracking_links", "link_id"),
    ("orders", "store_id", "stores", "store_id"),
    ("orders", "associate_id", "associates", "associate_id"),
    ("orders", "original_order_id", "orders", "order_id"),
    ("order_lines", "order_id", "orders", "order_id"),
    ("order_lines", "product_id", "products", "product_id"),
    ("order_adjustments", "order_id", "orders", "order_id"),
    ("customers", "merged_into", "customers", "customer_id"),
    ("customers", "associate_id", "associates", "associate_id"),
    ("customers", "store_id", "stores", "store_id"),
    ("identities", "customer_id", "customers", "customer_id"),
    ("conversations", "customer_id", "customers", "customer_id"),
    ("conversations", "team_id", "teams", "team_id"),
    (
        "conversation_status_events",
        "conversation_id",
        "conversations",
        "conversation_id",
    ),
    (
        "messages",
        "conversation_id",
        "conversations",
        "conversation_id",
    ),
    ("messages", "customer_id", "customers", "customer_id"),
    ("messages", "agent_id", "agents", "agent_id"),
    ("tracking_links", "agent_id", "agents", "agent_id"),
    ("tracking_links", "customer_id", "customers", "customer_id"),
    ("tracking_links", "product_id", "products", "product_id"),
    ("link_clicks", "link_id", "tracking_links", "link_id"),
    ("link_clicks", "customer_id", "customers", "customer_id"),
    ("web_events", "customer_id", "customers", "customer_id"),
    ("web_events", "session_id", "messages", "session_id"),
    ("web_events", "message_id", "messages", "message_id"),
    ("web_events", "product_id", "products", "product_id"),
    ("activities", "customer_id", "customers", "customer_id"),
    ("activities", "associate_id", "associates", "associate_id"),
    ("activities", "store_id", "stores", "store_id"),
    ("agents", "team_id", "teams", "team_id"),
    ("associates", "store_id", "stores", "store_id"),
];
