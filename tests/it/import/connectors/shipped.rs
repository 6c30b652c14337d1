use super::{example, imported, rows};
use crate::cli::program::Program;

#[test]
fn shopify_orders() {
    let program = Program::new();
    let file = example("shopify/example/orders_export.csv");
    insta::assert_snapshot!(imported(&program, &["--mapping", "shopify", &file]), @r"
    customers: 1 rows were replaced by a later row with the same key
    customers: imported 2, unchanged 0, quarantined 0
    order_adjustments: imported 2, unchanged 0, quarantined 0
    order_lines: imported 6, unchanged 0, quarantined 0
    orders: 1 rows were quarantined, with the reasons, in system.quarantine
    orders: imported 3, unchanged 0, quarantined 1
    products: 2 rows were replaced by a later row with the same key
    products: imported 4, unchanged 0, quarantined 0
    ");
    let sql = "select order_id, customer_id, ordered_at, currency, total, subtotal, discount, shipping, \
               tax, channel, source, store_id, associate_id, status, captured_at, cancelled_at, \
               shopify_id, tags from orders order by order_id";
    assert_eq!(
        rows(&program, sql),
        [
            "#1001,ann@example.com,2026-03-02T15:15:00Z,USD,63.32,60.00,6.00,5.00,4.32,web,web,,,paid,\
             2026-03-02T15:15:07Z,,6001001001,\"newsletter, vip\"",
            "#1002,bob@example.com,2026-03-04T14:00:00Z,USD,77.76,72.00,0.00,0.00,5.76,web,web,,,\
             partially_refunded,2026-03-04T14:00:03Z,,6001001002,",
            "#1003,,2026-03-05T16:30:00Z,USD,30.00,30.00,0.00,,0.00,store,pos,Main Street,Dana Cruz,\
             refunded,2026-03-05T16:30:02Z,2026-03-05T17:00:00Z,6001001003,",
        ]
    );
    let sql = "select order_id, line_number, product_id, quantity, unit_price, net_amount \
               from order_lines order by order_id, line_number";
    assert_eq!(
        rows(&program, sql),
        [
            "#1001,1,TEA-SEN,2,15.0000,30.00",
            "#1001,2,CUP-MOON,1,30.0000,30.00",
            "#1002,1,KET-BLK,1,80.0000,72.00",
            "#1002,2,Gift wrap,1,0.0000,0.00",
            "#1003,1,CUP-MOON,1,30.0000,30.00",
            "#1004,1,TEA-SEN,1,15.0000,15.00",
        ]
    );
    let sql = "select adjustment_id, order_id, kind, amount, occurred_at from order_adjustments order by 1";
    assert_eq!(
        rows(&program, sql),
        [
            "#1002-refunded,#1002,refund,-20.00,2026-03-04T14:00:00Z",
            "#1003-refunded,#1003,refund,-30.00,2026-03-05T17:00:00Z",
        ]
    );
    assert_eq!(
        rows(
            &program,
            "select customer_id, name from customers order by 1"
        ),
        ["ann@example.com,Ann Lee", "bob@example.com,Bob Stone"]
    );
    assert_eq!(
        rows(
            &program,
            "select product_id, name, vendor from products order by 1"
        ),
        [
            "CUP-MOON,\"Cup \"\"Moon\"\"\",Moon Tea",
            "Gift wrap,Gift wrap,Moon Tea",
            "KET-BLK,Kettle - Black / 1 l,Moon Tea",
            "TEA-SEN,\"Sencha, 100 g\",Moon Tea",
        ]
    );
    // The sixth record of the file, which begins in its eighth line.
    let sql = format!(
        "select table_name, row_number, column_name, value, reason from system.quarantine \
         where file = '{file}'"
    );
    assert_eq!(
        rows(&program, &sql),
        ["orders,6,ordered_at,03/06/2026 10:00,not an instant such as 2026-08-01T09:30:00Z"]
    );
}

#[test]
fn kustomer_conversations() {
    let program = Program::new();
    let file = example("kustomer/example/conversations.jsonl");
    insta::assert_snapshot!(imported(&program, &["--mapping", "kustomer", &file]), @r"
    agents: imported 2, unchanged 0, quarantined 0
    conversation_status_events: 3 rows were replaced by a later row with the same key
    conversation_status_events: 1 rows were quarantined, with the reasons, in system.quarantine
    conversation_status_events: imported 10, unchanged 0, quarantined 1
    conversations: 1 rows were replaced by a later row with the same key
    conversations: 1 rows were quarantined, with the reasons, in system.quarantine
    conversations: imported 4, unchanged 0, quarantined 1
    customers: imported 3, unchanged 0, quarantined 0
    messages: 2 rows were replaced by a later row with the same key
    messages: imported 5, unchanged 0, quarantined 0
    teams: imported 1, unchanged 0, quarantined 0
    ");
    // The ids of Kustomer are long, and begin alike.
    let id = |column: &str| format!("right({column}, 3)");
    let sql = format!(
        "select {}, {}, channel, {}, created_at, satisfaction_rating from conversations order by 1",
        id("conversation_id"),
        id("customer_id"),
        id("team_id")
    );
    assert_eq!(
        rows(&program, &sql),
        [
            "d01,c01,chat,a90,2026-03-01T17:50:00Z,5",
            "d02,c02,email,a90,2026-03-03T14:30:00Z,",
            "d03,c03,whatsapp,,2026-03-04T10:00:00Z,",
            "d04,c03,chat,a90,2026-03-05T10:00:00Z,",
        ]
    );
    let sql = format!(
        "select {}, status, changed_at, {}, changed_by_type from conversation_status_events \
         order by 1, changed_at",
        id("conversation_id"),
        id("changed_by")
    );
    assert_eq!(
        rows(&program, &sql),
        [
            "d01,open,2026-03-01T17:50:00Z,,",
            "d01,done,2026-03-01T18:00:00Z,a01,human",
            "d02,open,2026-03-03T14:30:00Z,,",
            "d02,done,2026-03-03T15:00:00Z,a01,human",
            "d02,done,2026-03-03T16:00:00Z,a02,human",
            "d02,open,2026-03-06T09:00:00Z,,",
            "d03,open,2026-03-04T10:00:00Z,,",
            "d03,snoozed,2026-03-04T11:00:00Z,,",
            "d04,open,2026-03-05T10:00:00Z,,",
            "d04,done,2026-03-05T10:05:00Z,,rule",
        ]
    );
    let sql = format!(
        "select {}, {}, {}, channel, direction, sender_type, {}, sent_at from messages order by 1",
        id("message_id"),
        id("conversation_id"),
        id("customer_id"),
        id("agent_id")
    );
    assert_eq!(
        rows(&program, &sql),
        [
            "e01,d01,c01,chat,in,contact,,2026-03-01T17:50:01.250Z",
            "e02,d01,c01,chat,out,agent,a01,2026-03-01T17:55:00Z",
            "e03,d02,c02,email,in,contact,,2026-03-03T14:30:00Z",
            "e04,d03,c03,whatsapp,out,bot,,2026-03-04T10:00:05Z",
            "e05,d04,c03,chat,in,contact,,2026-03-05T10:00:00Z",
        ]
    );
    let sql = format!(
        "select {}, name, merged_into from customers order by 1",
        id("customer_id")
    );
    assert_eq!(
        rows(&program, &sql),
        [
            "c01,Ann Lee,ann@example.com",
            "c02,\"Bob \"\"Bo\"\" Stone\",bob@example.com",
            "c03,Visitor 17,",
        ]
    );
    let sql = format!(
        "select {}, name, {} from agents order by 1",
        id("agent_id"),
        id("team_id")
    );
    assert_eq!(rows(&program, &sql), ["a01,Ada Moss,a90", "a02,Ben Ode,"]);
    let sql = format!("select {}, name from teams", id("team_id"));
    assert_eq!(rows(&program, &sql), ["a90,Orders"]);
    let sql = "select table_name, row_number, column_name, value from system.quarantine order by 1";
    assert_eq!(
        rows(&program, sql),
        [
            "conversation_status_events,12,changed_at,soon",
            "conversations,12,created_at,soon",
        ]
    );
}

#[test]
fn segment_calls() {
    let program = Program::new();
    let file = example("segment/example/events.jsonl");
    insta::assert_snapshot!(imported(&program, &["--mapping", "segment", &file]), @r"
    customers: 1 rows were quarantined, with the reasons, in system.quarantine
    customers: imported 1, unchanged 0, quarantined 1
    identities: 1 rows were quarantined, with the reasons, in system.quarantine
    identities: imported 2, unchanged 0, quarantined 1
    products: 8 rows were replaced by a later row with the same key
    products: 1 rows were quarantined, with the reasons, in system.quarantine
    products: imported 2, unchanged 0, quarantined 1
    web_events: 1 rows were replaced by a later row with the same key
    web_events: 2 rows were quarantined, with the reasons, in system.quarantine
    web_events: imported 8, unchanged 0, quarantined 2
    ");
    let sql = "select event_id, event_type, occurred_at, visitor_id, customer_id, product_id, order_id, \
               amount, currency from web_events order by occurred_at, event_id";
    assert_eq!(
        rows(&program, sql),
        [
            "ajs-1,page_view,2026-03-02T15:00:00Z,a-1,,,,,",
            "ajs-2-CUP-MOON,product_shown,2026-03-02T15:01:00Z,a-1,,CUP-MOON,,,",
            "ajs-2-TEA-SEN,product_shown,2026-03-02T15:01:00Z,a-1,,TEA-SEN,,,",
            "ajs-3,product_view,2026-03-02T15:02:00Z,a-1,,TEA-SEN,,,",
            "ajs-4,add_to_cart,2026-03-02T15:03:00Z,a-1,,TEA-SEN,,,",
            "ajs-6,begin_checkout,2026-03-02T15:10:00Z,a-1,ann@example.com,,,,",
            "ajs-7,purchase,2026-03-02T15:15:01Z,a-1,ann@example.com,,#1001,63.32,USD",
            "srv-1,purchase,2026-03-04T14:00:00Z,,bob@example.com,,#1002,77.76,USD",
        ]
    );
    assert_eq!(
        rows(
            &program,
            "select visitor_id, customer_id, valid_from from identities order by 1"
        ),
        [
            "a-0,ann@example.com,2026-03-02T15:17:00Z",
            "a-1,ann@example.com,2026-03-02T15:05:00Z",
        ]
    );
    assert_eq!(
        rows(&program, "select customer_id, name from customers"),
        ["ann@example.com,Ann Lee"]
    );
    assert_eq!(
        rows(
            &program,
            "select product_id, name, category from products order by 1"
        ),
        [
            "CUP-MOON,\"Cup \"\"Moon\"\"\",Cups",
            "TEA-SEN,\"Sencha, 100 g\",Tea"
        ]
    );
    // A line that is cut off is missing from every table.
    let sql = "select table_name, row_number, column_name, value, left(reason, 17) \
               from system.quarantine order by 1, 2";
    assert_eq!(
        rows(&program, sql),
        [
            "customers,13,,,not a JSON object",
            "identities,13,,,not a JSON object",
            "products,13,,,not a JSON object",
            "web_events,12,occurred_at,yesterday,not an instant su",
            "web_events,13,,,not a JSON object",
        ]
    );
}

#[test]
fn ga4_events() {
    let program = Program::new();
    let file = example("ga4/example/events_20260302.jsonl");
    insta::assert_snapshot!(imported(&program, &["--mapping", "ga4", &file]), @r"
    identities: imported 1, unchanged 0, quarantined 0
    products: 8 rows were replaced by a later row with the same key
    products: imported 2, unchanged 0, quarantined 0
    web_events: 1 rows were replaced by a later row with the same key
    web_events: 1 rows were quarantined, with the reasons, in system.quarantine
    web_events: imported 8, unchanged 0, quarantined 1
    ");
    let sql = "select event_type, occurred_at, visitor_id, customer_id, session_id, product_id, order_id, \
               amount, currency from web_events order by occurred_at, product_id";
    assert_eq!(
        rows(&program, sql),
        [
            "page_view,2026-03-02T15:00:00Z,77.11,,77.11-1772463600,,,,",
            "product_shown,2026-03-02T15:01:00Z,77.11,,77.11-1772463600,CUP-MOON,,,",
            "product_shown,2026-03-02T15:01:00Z,77.11,,77.11-1772463600,TEA-SEN,,,",
            "product_view,2026-03-02T15:02:00Z,77.11,,77.11-1772463600,TEA-SEN,,,",
            "add_to_cart,2026-03-02T15:03:00Z,77.11,,77.11-1772463600,TEA-SEN,,,",
            "begin_checkout,2026-03-02T15:10:00Z,77.11,ann@example.com,77.11-1772463600,,,,",
            "purchase,2026-03-02T15:15:01Z,77.11,ann@example.com,77.11-1772463600,,#1001,63.32,USD",
            "purchase,2026-03-02T15:16:40Z,,,,,,20.00,USD",
        ]
    );
    let sql = "select event_id from web_events where event_type in ('page_view', 'product_shown') \
               order by 1";
    assert_eq!(
        rows(&program, sql),
        [
            "77.11-1772463600000000-page_view-7",
            "77.11-1772463660000000-view_item_list-7-CUP-MOON",
            "77.11-1772463660000000-view_item_list-7-TEA-SEN",
        ]
    );
    assert_eq!(
        rows(
            &program,
            "select visitor_id, customer_id, valid_from from identities"
        ),
        ["77.11,ann@example.com,2026-03-02T15:10:00Z"]
    );
    assert_eq!(
        rows(
            &program,
            "select product_id, name, category from products order by 1"
        ),
        [
            "CUP-MOON,\"Cup \"\"Moon\"\"\",Cups",
            "TEA-SEN,\"Sencha, 100 g\",Tea"
        ]
    );
    let sql = "select table_name, row_number, column_name, reason from system.quarantine";
    assert_eq!(
        rows(&program, sql),
        ["web_events,10,occurred_at,\"required, but missing\""]
    );
}

#[test]
fn a_second_import_changes_nothing() {
    for (mapping, file) in [
        ("ga4", "ga4/example/events_20260302.jsonl"),
        ("kustomer", "kustomer/example/conversations.jsonl"),
        ("segment", "segment/example/events.jsonl"),
        ("shopify", "shopify/example/orders_export.csv"),
    ] {
        let program = Program::new();
        let file = example(file);
        let args = ["--mapping", mapping, &file];
        imported(&program, &args);
        let second = imported(&program, &args);
        let again = imported(&program, &[&args[..], &["--again"]].concat());
        for said in [second, again] {
            let counts = said.lines().filter(|line| line.contains(": imported "));
            let counts: Vec<_> = counts.collect();
            let changes = counts
                .iter()
                .filter(|line| !line.contains(": imported 0, "));
            assert!(
                counts.len() >= 3 && changes.count() == 0,
                "{mapping}\n{said}"
            );
        }
    }
}

#[test]
fn known_files_are_skipped_where_no_row_is_bad() {
    let program = Program::new();
    let file = example("shopify/example/orders_export.csv");
    let args = ["--mapping", "shopify", &file];
    imported(&program, &args);
    insta::assert_snapshot!(imported(&program, &args), @r"
    customers: 1 of the files are unchanged since they were imported (--again reads them again)
    customers: imported 0, unchanged 0, quarantined 0
    order_adjustments: 1 of the files are unchanged since they were imported (--again reads them again)
    order_adjustments: imported 0, unchanged 0, quarantined 0
    order_lines: 1 of the files are unchanged since they were imported (--again reads them again)
    order_lines: imported 0, unchanged 0, quarantined 0
    orders: 1 rows were quarantined, with the reasons, in system.quarantine
    orders: imported 0, unchanged 3, quarantined 1
    products: 1 of the files are unchanged since they were imported (--again reads them again)
    products: imported 0, unchanged 0, quarantined 0
    ");
}

#[test]
fn a_dry_run_writes_nothing_and_strict_tells_by_exit_code() {
    let program = Program::new();
    let file = example("shopify/example/orders_export.csv");
    let args = ["import", "--mapping", "shopify", &file, "--strict"];
    let dry = program.run(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(3), "{}", dry.stderr);
    let orders = "orders: would import 3, unchanged 0, quarantined 1";
    assert!(
        dry.stderr.lines().any(|line| line == orders),
        "{}",
        dry.stderr
    );
    assert!(!program.path("warehouse").exists());
    assert_eq!(program.run(&args).code, Some(3));
}
