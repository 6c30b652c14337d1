use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{BooleanArray, StringArray},
        datatypes::DataType,
    },
    prelude::SessionContext,
};
use deltalake_core::kernel::transaction::CommitProperties;
use serde_json::json;
use tributary::warehouse::{
    delta,
    import::import,
    optimize::{OptimizeRequest, optimize},
};

use super::shop::{Shop, instants, orders, text};
use crate::import::shop::request;

const HEADER: &str = "order_id,customer_id,ordered_at,currency,total,channel,is_test";
const TWO_ORDERS: [&str; 2] = [
    "1,,2026-08-01T10:00:00Z,EUR,10.5,,true",
    "2,,2026-08-02T10:00:00Z,EUR,7,web,",
];

/// The newest version of every order.
const VERSIONS: &str = "select order_id, total from (
    select *, row_number() over (partition by order_id order by ordered_at desc) as version
    from orders
) as versions
where version = 1
order by order_id";

impl Shop {
    async fn import_orders(&self, rows: &[&str]) {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(&file, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
        let request = request("orders", &[file.path()]);
        let session = SessionContext::new();
        let summary = import(&session, &self.root(), &request, &|_| {}).await;
        assert_eq!(summary.unwrap().quarantined, 0);
    }

    async fn optimize_orders(&self) {
        let session = SessionContext::new();
        let request = OptimizeRequest::default();
        let done = optimize(&session, &self.location("orders"), "orders", request).await;
        done.unwrap().unwrap();
    }

    async fn version_of_orders(&self) -> u64 {
        let table = delta::load(&self.location("orders")).await.unwrap();
        table.unwrap().version().unwrap()
    }

    async fn types(&self, sql: &str) -> Vec<DataType> {
        let schema = self.session.sql(sql).await.unwrap().schema();
        let fields = schema.fields().iter();
        fields.map(|field| field.data_type().clone()).collect()
    }

    /// Whether a query has to look for other versions of a row.
    async fn looks_for_versions(&self) -> bool {
        let session = self.reopened().await;
        let plan = super::shop::rows(&session, &format!("explain {VERSIONS}")).await;
        plan.join("\n").contains("Window")
    }
}

#[tokio::test]
async fn imports_keep_keys_unique_until_another_program_writes() {
    let shop = Shop::new().await;
    shop.import_orders(&TWO_ORDERS).await;
    assert!(!shop.looks_for_versions().await, "after an append");
    shop.import_orders(&["2,,2026-08-02T11:00:00Z,EUR,8,web,", TWO_ORDERS[0]])
        .await;
    assert!(!shop.looks_for_versions().await, "after a merge");
    assert_eq!(shop.rows(VERSIONS).await, ["1|10.50", "2|8.00"]);
    shop.optimize_orders().await;
    assert!(!shop.looks_for_versions().await, "after an optimization");

    let others = orders(vec![
        ("order_id", text(["2", "3"])),
        ("channel", text(["web", "pos"])),
        ("is_test", Arc::new(BooleanArray::from(vec![None, None]))),
    ]);
    shop.append_delta("orders", others).await;
    assert!(shop.looks_for_versions().await, "after another program");
    let rows = ["1|10.50", "2|8.00", "3|7.00"];
    assert_eq!(shop.rows(VERSIONS).await, rows);
    shop.import_orders(&["4,,2026-08-04T10:00:00Z,EUR,1,,"])
        .await;
    assert!(shop.looks_for_versions().await, "the rows are still there");
    shop.optimize_orders().await;
    assert!(shop.looks_for_versions().await, "and do not go away");
}

#[tokio::test]
async fn optimizing_looks_at_the_keys_of_what_others_wrote() {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders(vec![])).await;
    assert!(shop.looks_for_versions().await);
    shop.optimize_orders().await;
    assert!(!shop.looks_for_versions().await);
    let version = shop.version_of_orders().await;
    shop.optimize_orders().await;
    assert_eq!(shop.version_of_orders().await, version, "it is known");
    // Files of two appends are joined by a commit of its own.
    for id in ["3", "4"] {
        let order = orders(vec![("order_id", text([id, id]))]).slice(0, 1);
        shop.append_delta("orders", order).await;
    }
    assert!(shop.looks_for_versions().await);
    shop.optimize_orders().await;
    assert!(!shop.looks_for_versions().await);
}

#[tokio::test]
async fn a_commit_for_another_version_or_key_is_not_believed() {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders(vec![])).await;
    let mut version = shop.version_of_orders().await;
    for (ahead, key, is_believed) in [
        (1, "order_id", true),
        (2, "order_id", false),
        (0, "order_id", false),
        (1, "customer_id", false),
        (1, "order_id", true),
    ] {
        let table = delta::load(&shop.location("orders"))
            .await
            .unwrap()
            .unwrap();
        let claim = json!({ "version": version + ahead, "key": [key] });
        let metadata = HashMap::from([("tributary.unique".to_owned(), claim)]);
        let properties = CommitProperties::default().with_metadata(metadata);
        let id = format!("of {version}");
        let order = orders(vec![("order_id", text([id.as_str(), &id]))]).slice(0, 1);
        let written = table.write([order]).with_commit_properties(properties);
        written.await.unwrap();
        version += 1;
        assert_eq!(
            shop.looks_for_versions().await,
            !is_believed,
            "{ahead} {key}"
        );
    }
}

#[tokio::test]
async fn what_is_computed_of_a_group_of_one_row_is_the_same() {
    let (known, unknown) = (Shop::new().await, Shop::new().await);
    known.import_orders(&TWO_ORDERS).await;
    let stored = orders(vec![
        (
            "channel",
            Arc::new(StringArray::from(vec![None, Some("web")])),
        ),
        (
            "is_test",
            Arc::new(BooleanArray::from(vec![Some(true), None])),
        ),
        (
            "ordered_at",
            instants(["2026-08-01T10:00:00Z", "2026-08-02T10:00:00Z"]),
        ),
    ]);
    unknown.append_delta("orders", stored).await;
    for values in [
        "max(total), min(total), sum(total), bool_or(is_test), bool_and(is_test)",
        "count(*), count(channel), count(distinct channel), count(1) filter (where total > 8)",
        "max(channel) filter (where total > 8), sum(total) filter (where is_test)",
        "first_value(channel order by ordered_at), last_value(channel order by ordered_at)",
        "first_value(channel) ignore nulls, sum(distinct total), sum(1), max('x'), avg(total)",
        "array_agg(channel), max(total) - min(total), sum(case when is_test then 1 end)",
    ] {
        for by in [
            "order_id",
            "order_id, ordered_at",
            "ordered_at, order_id, upper(channel)",
        ] {
            let sql = format!("select {by}, {values} from orders group by {by} order by order_id");
            let rows = known.rows(&sql).await;
            assert_eq!(rows, unknown.rows(&sql).await, "{sql}");
            assert_eq!(rows.len(), 2, "{sql}");
            assert_eq!(known.types(&sql).await, unknown.types(&sql).await, "{sql}");
        }
    }
    for places in [
        "row_number() over (partition by order_id), rank() over (partition by order_id, total)",
        "dense_rank() over (partition by order_id order by total)",
        "row_number() over (partition by ordered_at), row_number() over (order by order_id)",
        "row_number() over (partition by order_id), lag(total) over (order by order_id)",
        "row_number() over (partition by order_id) + 1, sum(total) over (partition by order_id)",
    ] {
        let sql = format!("select order_id, {places} from orders order by order_id");
        assert_eq!(known.rows(&sql).await, unknown.rows(&sql).await, "{sql}");
        assert_eq!(known.types(&sql).await, unknown.types(&sql).await, "{sql}");
    }
}

#[tokio::test]
async fn keys_are_unique_only_where_rows_are_not_repeated_or_renamed() {
    let shop = Shop::new().await;
    shop.import_orders(&TWO_ORDERS).await;
    let count = async |of: &str| {
        let sql =
            format!("select order_id, count(*) from ({of}) as o group by order_id order by 1");
        shop.rows(&sql).await
    };
    let once = ["1|1", "2|1"];
    let twice = ["1|2", "2|2"];
    assert_eq!(count("select * from orders where total > 0").await, once);
    let union = "select order_id from orders union all select order_id from orders";
    assert_eq!(count(union).await, twice);
    let join = "select a.order_id from orders as a cross join orders as b";
    assert_eq!(count(join).await, twice);
    let other = "select currency as order_id, order_id as other from orders";
    assert_eq!(count(other).await, ["EUR|2"]);
    let cut = "select left(order_id, 0) as order_id from orders";
    assert_eq!(count(cut).await, ["|2"]);
    let unnested = "select order_id, unnest([1, 2]) as one from orders";
    assert_eq!(count(unnested).await, twice);
}
