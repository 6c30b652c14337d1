//! What happens in the sample to orders, customers and the shop: a name, how often at least, and a query that counts it.

pub(crate) const SITUATIONS: &[(&str, i64, &str)] = &[
    (
        "orders on chat, web and store",
        4,
        "select count(distinct channel) from orders where channel in ('whatsapp', 'webchat', 'web', 'store')",
    ),
    (
        "orders of every source",
        5,
        "select count(distinct source) from orders where source in ('bot', 'agent', 'outbound', 'web', 'pos')",
    ),
    (
        "agents who changed team",
        3,
        "select count(*) from (select agent_id from agents group by agent_id having count(distinct team_id) > 1)",
    ),
    (
        "associates who changed store",
        1,
        "select count(*) from (select associate_id from associates group by associate_id having count(distinct store_id) > 1)",
    ),
    (
        "stores in two zones",
        2,
        "select count(distinct timezone) from stores",
    ),
    (
        "adjustments of every kind",
        5,
        "select count(distinct kind) from order_adjustments",
    ),
    (
        "adjustments that raise an order",
        5,
        "select count(*) from order_adjustments where amount > 0",
    ),
    (
        "adjustments of one line",
        20,
        "select count(*) from order_adjustments where line_number is not null",
    ),
    (
        "order-level discounts",
        100,
        "select count(*) from orders where discount > 0",
    ),
    (
        "line-level discounts",
        100,
        "select count(*) from order_lines where quantity > 0 and net_amount < quantity * unit_price",
    ),
    (
        "linked returns",
        5,
        "select count(*) from orders where total < 0 and original_order_id is not null",
    ),
    (
        "unlinked returns",
        2,
        "select count(*) from orders where total < 0 and original_order_id is null",
    ),
    (
        "exchanges",
        2,
        "select count(*) from (select o.order_id from orders o join order_lines l on o.order_id = l.order_id where o.original_order_id is not null group by o.order_id having min(l.quantity) < 0 and max(l.quantity) > 0)",
    ),
    (
        "guest orders",
        100,
        "select count(*) from orders where customer_id is null and not is_test",
    ),
    (
        "orders in euros",
        500,
        "select count(*) from orders where currency = 'EUR'",
    ),
    (
        "a rate both ways on every day",
        121,
        "select count(*) from (select date from fx_rates where date >= date '2026-07-23' group by date having count(*) = 2)",
    ),
    (
        "merged customers",
        50,
        "select count(*) from customers where merged_into is not null",
    ),
    (
        "chains of two merges",
        3,
        "select count(*) from customers a join customers b on a.merged_into = b.customer_id where b.merged_into is not null",
    ),
    (
        "orders known days late",
        50,
        "select count(*) from orders where ingested_at > ordered_at + interval '1 day' and not date_only",
    ),
    (
        "adjustments known days late",
        5,
        "select count(*) from order_adjustments where ingested_at > occurred_at + interval '1 day'",
    ),
    (
        "test orders",
        5,
        "select count(*) from orders where is_test",
    ),
    (
        "date-only sales",
        50,
        "select count(*) from orders where date_only",
    ),
    (
        "orders exactly 120 hours after done",
        1,
        "select count(*) from orders o join conversations c on o.customer_id = c.customer_id join conversation_status_events e on c.conversation_id = e.conversation_id where e.status = 'done' and o.ordered_at = e.changed_at + interval '120 hours'",
    ),
    (
        "orders exactly 7 days after a click",
        1,
        "select count(*) from orders o join link_clicks k on o.customer_id = k.customer_id where o.ordered_at = k.clicked_at + interval '168 hours'",
    ),
    (
        "orders exactly 336 hours after an activity",
        1,
        "select count(*) from orders o join activities a on o.customer_id = a.customer_id where o.ordered_at = a.occurred_at + interval '336 hours'",
    ),
    (
        "orders at midnight of the shop",
        1,
        "select count(*) from orders where ordered_at = timestamp '2026-11-20T05:00:00Z'",
    ),
    (
        "web orders unknown to the site",
        20,
        "select count(*) from orders o left anti join web_events e on o.order_id = e.order_id where o.channel = 'web'",
    ),
    (
        "split tickets in stores",
        5,
        "select count(*) from (select order_group_id from orders where channel = 'store' and order_group_id is not null group by order_group_id having count(*) > 1)",
    ),
    (
        "split checkouts on the web",
        5,
        "select count(*) from (select order_group_id from orders where channel = 'web' and order_group_id is not null group by order_group_id having count(*) > 1)",
    ),
    (
        "cancelled orders",
        20,
        "select count(*) from orders where cancelled_at is not null",
    ),
    (
        "orders never approved",
        10,
        "select count(*) from orders where approved_at is null",
    ),
    (
        "orders of every status",
        4,
        "select count(distinct status) from orders",
    ),
    (
        "orders of today",
        10,
        "select count(*) from orders where ordered_at >= timestamp '2026-11-20T05:00:00Z'",
    ),
    (
        "days with orders",
        121,
        "select count(distinct date_trunc('day', ordered_at - interval '4 hours')) from orders where not date_only",
    ),
];
