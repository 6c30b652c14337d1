//! Filters of a query must reach the files of every fact it reads, and of no other.

use crate::{plans::scans, sample_shop::SampleShop};

const VIEW: &str = "create metric view shop
    facts orders as o time o.ordered_at, messages as m time m.sent_at, activities as a time a.occurred_at
    dimensions
        date = { o: local_date(o.ordered_at), m: local_date(m.sent_at), a: local_date(a.occurred_at) },
        channel = { o: o.channel, m: m.channel }
    measures orders = count(*) on o, messages = count(*) on m, rate = ratio(orders, messages)";

#[tokio::test(flavor = "multi_thread")]
async fn dimensions_filter_the_files_of_each_fact() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    session.sql(VIEW).await.unwrap();
    let sql = "select channel, measure(rate) from shop
        where date >= date '2026-11-13' and channel = 'whatsapp' group by channel";
    let scans = scans(&session, sql).await;
    assert_eq!(scans.len(), 2, "{}", scans.join("\n"));
    // 2026-11-13 00:00 in New York, whose days the sample counts.
    for (table, time) in [("orders", "ordered_at"), ("messages", "sent_at")] {
        let scan = scans
            .iter()
            .find(|scan| scan.contains(&format!("/{table}/")));
        let scan = scan.unwrap_or_else(|| panic!("{table} is not read"));
        assert!(scan.contains(&format!("{time}@")), "{scan}");
        assert!(scan.contains(">= 1794546000000000"), "{scan}");
        assert!(scan.contains("= whatsapp"), "{scan}");
    }
}
