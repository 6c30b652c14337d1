//! `INSERT INTO` through the sessions of an engine.

use std::num::NonZeroUsize;

use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
};

use crate::policies::shop::{answer, refusal, rows};

struct Shop {
    engine: Engine,
    _folder: TempDir,
}

impl Shop {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let config = Config {
            warehouse: Some(folder.path().to_str().unwrap().to_owned()),
            threads: NonZeroUsize::new(2),
            ..Config::default()
        };
        let engine = Engine::open(&config, Clock::System).await.unwrap();
        Self {
            engine,
            _folder: folder,
        }
    }

    async fn with_stores() -> (Self, Session) {
        let shop = Self::new().await;
        let session = shop.engine.session();
        let stores = "insert into stores (store_id, name, timezone)
            values ('s-1', 'Mitte', 'Europe/Berlin'), ('s-2', 'Soho', 'Europe/London')";
        assert_eq!(rows(&session, stores).await, ["2"]);
        (shop, session)
    }
}

const STORES: &str = "select store_id, name, timezone from stores order by store_id";

#[tokio::test]
async fn rows_are_added_and_replaced_by_key() {
    let (shop, session) = Shop::with_stores().await;
    // A column that is not named keeps its value, as in a file that has it not.
    let renamed =
        "insert into stores (name, store_id) values ('Prenzlauer Berg', 's-1'), ('Kyoto', 's-3')";
    assert_eq!(rows(&session, renamed).await, ["2"]);
    let now = [
        "s-1|Prenzlauer Berg|Europe/Berlin",
        "s-2|Soho|Europe/London",
        "s-3|Kyoto|NULL",
    ];
    // Another session sees them, and so does one that began before.
    assert_eq!(rows(&shop.engine.session(), STORES).await, now);
    assert_eq!(rows(&session, STORES).await, now);
    // The same again changes nothing, and the table says the same rows.
    assert_eq!(rows(&session, renamed).await, ["2"]);
    assert_eq!(rows(&session, STORES).await, now);
}

#[tokio::test]
async fn a_query_may_read_the_table_it_writes() {
    let (_shop, session) = Shop::with_stores().await;
    let twice = "insert into stores (store_id, name)
        select store_id || '-online', name || ' online' from stores";
    assert_eq!(rows(&session, twice).await, ["2"]);
    assert_eq!(
        rows(&session, "select store_id from stores order by 1").await,
        ["s-1", "s-1-online", "s-2", "s-2-online"]
    );
}

#[tokio::test]
async fn values_become_the_types_of_the_contract() {
    let shop = Shop::new().await;
    let session = shop.engine.session();
    let order = "insert into orders (order_id, customer_id, ordered_at, currency, total)
        values (17, 'c-1', '2026-08-01T10:00:00+02:00', 'EUR', 12.5)";
    assert_eq!(rows(&session, order).await, ["1"]);
    assert_eq!(
        rows(
            &session,
            "select order_id, ordered_at, total, arrow_typeof(total) from orders"
        )
        .await,
        ["17|2026-08-01T08:00:00Z|12.50|Decimal128(18, 2)"]
    );
}

#[tokio::test]
async fn bad_rows_are_refused_unless_they_shall_be_kept_apart() {
    let (_shop, session) = Shop::with_stores().await;
    let bad = "insert into stores (store_id, name) values ('s-3', 'Kyoto'), (NULL, 'Nowhere')";
    let error = refusal(&session, bad).await;
    for part in [
        "1 of 2 that cannot",
        "row 2, store_id: required, but missing",
        "nothing was stored",
        "SET tributary.bad_rows = 'quarantine'",
    ] {
        assert!(error.contains(part), "{error}");
    }
    let count = "select count(*) from stores";
    assert_eq!(rows(&session, count).await, ["2"]);
    assert_eq!(
        rows(&session, "select count(*) from system.quarantine").await,
        ["0"]
    );
    rows(&session, "set tributary.bad_rows = 'quarantine'").await;
    assert_eq!(rows(&session, bad).await, ["1"]);
    assert_eq!(rows(&session, count).await, ["3"]);
    let kept = "select table_name, file, row_number, reason from system.quarantine";
    let kept = rows(&session, kept).await;
    assert_eq!(kept.len(), 1);
    assert!(
        kept[0].starts_with("stores|INSERT INTO stores by "),
        "{kept:?}"
    );
    assert!(kept[0].ends_with("|2|required, but missing"), "{kept:?}");
}

#[tokio::test]
async fn without_names_the_order_is_that_of_the_table() {
    let (_shop, session) = Shop::with_stores().await;
    let columns = rows(&session, "select * from stores limit 1").await[0]
        .split('|')
        .count();
    let nulls = ["NULL"].repeat(columns - 1).join(", ");
    let whole = format!("insert into stores values ('s-9', {nulls})");
    assert_eq!(rows(&session, &whole).await, ["1"]);
    assert_eq!(
        rows(&session, "insert into stores select * from stores").await,
        ["3"]
    );
    let few = refusal(&session, "insert into stores values ('s-9')").await;
    assert!(
        few.contains(&format!("expected {columns} columns (store_id, ")),
        "{few}"
    );
    let other = "insert into stores select name, store_id from stores";
    let mixed = refusal(&session, other).await;
    assert!(
        mixed.contains("got name in place of store_id: name them"),
        "{mixed}"
    );
    let unknown = refusal(&session, "insert into stores (store_id) values (1, 2)").await;
    assert!(
        unknown.contains("expected 1 columns (store_id), got 2"),
        "{unknown}"
    );
}

#[tokio::test]
async fn only_tables_of_the_warehouse_take_rows() {
    let (_shop, session) = Shop::with_stores().await;
    rows(&session, "create view mine as select 1 as n").await;
    for (sql, expected) in [
        (
            "insert into mine values (1)",
            "expected a table, got a view or function",
        ),
        (
            "insert into nothing values (1)",
            "there is no table nothing",
        ),
        (
            "insert into revenue.overview values (1)",
            "expected a table of the schema public",
        ),
        (
            "insert into system.queries values (1)",
            "expected a table of the schema public",
        ),
        (
            "insert into periods values (1)",
            "expected a table, got a view or function",
        ),
        (
            "insert into stores (store_id) values ('x') on conflict do nothing",
            "without further clauses",
        ),
        (
            "insert into stores (store_id) values ('x') returning store_id",
            "without further clauses",
        ),
    ] {
        let error = refusal(&session, sql).await;
        assert!(error.contains(expected), "{sql}: {error}");
    }
    assert_eq!(rows(&session, "select count(*) from stores").await, ["2"]);
}

#[tokio::test]
async fn a_table_of_the_session_takes_rows_as_ever() {
    let shop = Shop::new().await;
    let session = shop.engine.session();
    rows(&session, "create table t as select 1 as n").await;
    rows(&session, "insert into t values (2)").await;
    assert_eq!(
        rows(&session, "select n from t order by n").await,
        ["1", "2"]
    );
    assert!(
        answer(&shop.engine.session(), "select * from t")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn who_named_no_warehouse_leaves_nothing_behind() {
    let engine = Engine::open(&Config::default(), Clock::System)
        .await
        .unwrap();
    let insert = "insert into stores (store_id) values ('s-1')";
    let error = refusal(&engine.session(), insert).await;
    assert!(error.contains("name the warehouse to write to"), "{error}");
}
