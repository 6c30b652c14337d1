use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_oneof},
    proptest,
    sample::select,
};
use tokio::runtime::Runtime;

use super::shop::{QUARANTINE, Shop, counts};

/// An order as the fields of a CSV line, perhaps with a corrupted field or line.
fn order() -> impl Strategy<Value = String> {
    let id = (0..12_u8).prop_map(|id| format!("o-{id}"));
    let total = (-500..500_i32).prop_map(|cents| format!("{:.2}", f64::from(cents) / 100.0));
    let day = (1..28_u8).prop_map(|day| format!("2026-08-{day:02}"));
    let corruption = prop_oneof![
        5 => select(vec![None]),
        2 => select(vec![
            Some((0, "")), Some((2, "never")), Some((2, "")), Some((3, "E")), Some((4, "1.234")),
            Some((4, "\"1,5\"")), Some((5, "maybe")), Some((1, "")), Some((3, "usd")),
            Some((9, "cut")), Some((9, "more")),
        ]),
    ];
    (id, total, day, any::<bool>(), corruption).prop_map(|(id, total, day, test, corruption)| {
        let mut fields = [id, "c".into(), day, "EUR".into(), total, test.to_string()];
        match corruption {
            Some((9, "cut")) => return fields[..3].join(","),
            Some((9, _)) => return format!("{},surplus", fields.join(",")),
            Some((field, value)) => fields[field] = value.to_owned(),
            None => {}
        }
        fields.join(",")
    })
}

fn csv(orders: &[String]) -> String {
    let mut text = "order_id,customer_id,ordered_at,currency,total,is_test\n".to_owned();
    for order in orders {
        text.push_str(order);
        text.push('\n');
    }
    text
}

async fn stored(shop: &Shop) -> Vec<String> {
    match shop.version("orders").await {
        None => vec![],
        Some(_) => {
            let sql = "SELECT order_id, customer_id, ordered_at, currency, total, is_test \
                       FROM t ORDER BY order_id";
            shop.rows("orders", sql).await
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_counted_and_twice_is_once(orders in vec(order(), 0..40)) {
        Runtime::new().unwrap().block_on(async {
            let shop = Shop::new();
            let files = [shop.file("orders.csv", csv(&orders))];
            let first = shop.import("orders", &files).await;
            assert_eq!(first.rows_read(), orders.len() as u64);
            let rows = stored(&shop).await;
            assert_eq!(rows.len() as u64, first.imported);
            let versions = (shop.version("orders").await, shop.version(QUARANTINE).await);

            let again = shop.import("orders", &files).await;
            let expected = [0, first.imported, first.quarantined, first.superseded];
            assert_eq!(counts(&again), expected);
            assert_eq!(stored(&shop).await, rows);
            assert_eq!((shop.version("orders").await, shop.version(QUARANTINE).await), versions);
        });
    }

    #[test]
    fn two_runs_are_one_run_over_both_files(
        first in vec(order(), 0..30),
        second in vec(order(), 0..30),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (apart, together) = (Shop::new(), Shop::new());
            for (name, orders) in [("a.csv", &first), ("b.csv", &second)] {
                let file = apart.file(name, csv(orders));
                apart.import("orders", &[file]).await;
            }
            let files = [together.file("a.csv", csv(&first)), together.file("b.csv", csv(&second))];
            let summary = together.import("orders", &files).await;
            assert_eq!(summary.rows_read() as usize, first.len() + second.len());
            assert_eq!(stored(&apart).await, stored(&together).await);
        });
    }
}
