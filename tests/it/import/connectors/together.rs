use super::{example, imported, rows};
use crate::cli::program::Program;

/// Shopify knows customers by their address and Kustomer by its own id: the two meet in the first
/// address of the Kustomer customer.
#[test]
fn agents_of_kustomer_earn_orders_of_shopify() {
    let program = Program::new();
    let orders = example("shopify/example/orders_export.csv");
    let conversations = example("kustomer/example/conversations.jsonl");
    imported(&program, &["--mapping", "shopify", &orders]);
    imported(&program, &["--mapping", "kustomer", &conversations]);
    // Ann wrote and Ada was done the day before order #1001. Bob's conversation was done by Ada and
    // then by Ben, before order #1002, of which 20.00 went back. It is open now, but was not then.
    let sql = "set tributary.period = '2026-03-01/2026-04-01'; \
               select agent, cx_total_revenue, cx_total_orders from revenue.by_agent \
               where period = 'custom' and cx_total_orders > 0";
    let by_agent = rows(&program, sql);
    assert_eq!(by_agent, ["Ada Moss,63.32,1", "Ben Ode,57.76,1"]);
    // The sale in the shop has no address.
    let sql = "select order_id, reason from revenue.attributed_orders order by 1";
    assert_eq!(
        rows(&program, sql),
        ["#1001,credited", "#1002,credited", "#1003,no_key"]
    );
}

/// The site's purchases and the shop's orders are the same ones.
#[test]
fn purchases_of_the_site_reconcile_with_orders_of_the_shop() {
    let program = Program::new();
    for (mapping, file) in [
        ("shopify", "shopify/example/orders_export.csv"),
        ("segment", "segment/example/events.jsonl"),
    ] {
        imported(&program, &["--mapping", mapping, &example(file)]);
    }
    let sql = "select o.order_id, o.total - e.amount as difference from orders as o \
               join web_events as e on e.order_id = o.order_id and e.event_type = 'purchase' \
               order by 1";
    assert_eq!(rows(&program, sql), ["#1001,0.00", "#1002,0.00"]);
}
