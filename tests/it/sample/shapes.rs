//! What the numbers of the sample look like.

/// Ratios of a believable shop: a name, the range, and a query of one DOUBLE.
pub(crate) const SHAPES: &[(&str, f64, f64, &str)] = &[
    (
        "average order in dollars",
        40.0,
        120.0,
        "select avg(cast(total as double)) from orders where total > 0 and currency = 'USD'",
    ),
    (
        "orders per customer",
        1.0,
        8.0,
        "select count(*) / 5000.0 from orders",
    ),
    (
        "orders with a link per human click",
        0.04,
        0.4,
        "select (select count(*) from orders where link_id is not null) / cast(count(*) as double) from link_clicks where not is_bot",
    ),
    (
        "WhatsApp orders per WhatsApp conversation",
        0.05,
        0.4,
        "select (select count(*) from orders where channel = 'whatsapp') / cast(count(*) as double) from conversations where channel = 'whatsapp'",
    ),
    (
        "conversations with an order within 5 days of done",
        0.05,
        0.4,
        "select count(distinct case when o.ordered_at between e.changed_at and e.changed_at + interval '120 hours' then c.conversation_id end) / cast(count(distinct c.conversation_id) as double) from conversations c join conversation_status_events e on c.conversation_id = e.conversation_id and e.status = 'done' left join orders o on c.customer_id = o.customer_id",
    ),
    (
        "store sales after an activity of 14 days",
        0.2,
        0.8,
        "select (select count(distinct o.order_id) from orders o join activities a on o.customer_id = a.customer_id where o.channel = 'store' and o.total > 0 and a.occurred_at between o.ordered_at - interval '336 hours' and o.ordered_at) / cast(count(*) as double) from orders where channel = 'store' and total > 0",
    ),
    (
        "refunds per revenue",
        0.01,
        0.15,
        "select (select -sum(cast(amount as double)) from order_adjustments) / sum(cast(total as double)) from orders",
    ),
    (
        "the busiest tenth of customers' share of orders",
        0.2,
        0.6,
        "select sum(case when place <= 0.1 then n else 0 end) / cast(sum(n) as double) from (select n, percent_rank() over (order by n desc) place from (select customer_id, count(*) n from orders where customer_id is not null group by customer_id))",
    ),
];
