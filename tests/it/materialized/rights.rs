use std::{collections::BTreeMap, sync::Arc};

use tributary::{
    config::Config,
    engine::Session,
    query::materialized::Why,
    security::{Caller, Login},
};

use super::shop::{SALES, Shop, refusal, sales, why};
use crate::warehouse::shop::rows;

const ROLES: &str = "
[whole]
read = ['*']

[small]
read = ['*']
rows = [{ filter = 'total < 1.50' }]

[masked]
read = ['*']
masks = [{ column = 'order_id', value = \"'hidden'\" }]

[view_only]
read = ['mine.*']

[writer]
read = ['mine.*']
write = ['mine.*']
";

async fn shop() -> Shop {
    let mut config = Config::default();
    config.security.roles = toml::from_str(ROLES).unwrap();
    Shop::with_config(config).await
}

fn session(shop: &Shop, role: &str) -> Session {
    shop.engine.session_of(Arc::new(Caller {
        user: "ann".into(),
        session: None,
        login: Login::Named,
        roles: [role.to_owned()].into(),
        attributes: BTreeMap::new(),
    }))
}

/// What a query of one of two views answers, or how it is refused.
async fn answer(session: &Session, view: &str, sql: &str) -> Result<Vec<String>, String> {
    let stream = session.sql(&sql.replace("VIEW", view)).await;
    let stream = stream.map_err(|error| error.to_string().replace(view, "VIEW"))?;
    let batches = datafusion::physical_plan::common::collect(stream).await;
    let batches = batches.map_err(|error| error.to_string().replace(view, "VIEW"))?;
    let lines = batches.iter().flat_map(crate::warehouse::shop::lines);
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    Ok(lines)
}

const ATTACKS: [&str; 8] = [
    "select * from VIEW",
    "select count(*) from VIEW",
    "select max(total) from VIEW",
    "select * from VIEW where total > 1.50",
    "select * from VIEW where 100 / cast(total - 2 as int) > 0",
    "select a.order_id from VIEW as a join VIEW as b on a.order_id = b.order_id",
    "with x as (select * from VIEW) select order_id from x order by total desc",
    "select exists (select 1 from VIEW where total = 2.00)",
];

#[tokio::test]
async fn a_view_that_users_made_is_stored_for_who_sees_all_it_reads() {
    let shop = shop().await;
    shop.run(SALES).await;
    let twin = SALES
        .replace("materialized view mine.sales", "view mine.twin")
        .replace(
            "partitioned by (local_date(ordered_at) as day) refresh every '1 hour'",
            "",
        );
    shop.run(&twin).await;
    shop.run("refresh materialized view mine.sales").await;
    shop.run("create view mine.around as select * from mine.sales")
        .await;
    shop.run("create view mine.around_twin as select * from mine.twin")
        .await;
    for role in ["small", "masked", "view_only", "writer", "nobody"] {
        let session = session(&shop, role);
        for sql in ATTACKS {
            for (view, twin) in [
                ("mine.sales", "mine.twin"),
                ("mine.around", "mine.around_twin"),
            ] {
                let stored = answer(&session, view, sql).await;
                let computed = answer(&session, twin, sql).await;
                match (&stored, &computed) {
                    (Err(_), Err(_)) => {}
                    _ => assert_eq!(stored, computed, "{role}: {sql} of {view}"),
                }
            }
        }
    }
    let small = session(&shop, "small");
    assert_eq!(rows(&small, "select order_id from mine.sales").await, ["1"]);
    assert_eq!(why(&small, &sales()).await, Some(Why::Rights));
    let masked = session(&shop, "masked");
    assert_eq!(
        rows(&masked, "select distinct order_id from mine.sales").await,
        ["hidden"]
    );
    assert_eq!(why(&session(&shop, "whole"), &sales()).await, None);
    let refused = refusal(&session(&shop, "view_only"), "select * from mine.sales").await;
    assert!(!refused.contains("stored"), "{refused}");
}

#[tokio::test]
async fn a_view_of_a_file_is_stored_for_all_and_filtered_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine/sales.sql");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = format!("-- What was sold?\n-- Grain: one order.\n{SALES}");
    std::fs::write(&file, &text).unwrap();
    let twin = text
        .replace("materialized view mine.sales", "view mine.twin")
        .replace(
            "partitioned by (local_date(ordered_at) as day) refresh every '1 hour'",
            "",
        );
    std::fs::write(file.with_file_name("twin.sql"), twin).unwrap();
    let totals = "-- What was sold?\n-- Grain: one row.\ncreate view mine.totals as select sum(total) as total, max(order_id) as order_id from mine.X";
    for (name, of) in [("totals", "sales"), ("twin_totals", "twin")] {
        let text = totals
            .replace("mine.X", &format!("mine.{of}"))
            .replace("mine.totals", &format!("mine.{name}"));
        std::fs::write(file.with_file_name(format!("{name}.sql")), text).unwrap();
    }
    let mut config = Config {
        queries: Some(folder.path().to_owned()),
        ..Config::default()
    };
    config.security.roles = toml::from_str(ROLES).unwrap();
    let shop = Shop::with_config(config).await;
    shop.run("refresh materialized view mine.sales").await;
    for role in ["whole", "small", "masked", "view_only", "writer", "nobody"] {
        let session = session(&shop, role);
        for sql in ATTACKS {
            for (view, twin) in [
                ("mine.sales", "mine.twin"),
                ("mine.totals", "mine.twin_totals"),
            ] {
                let stored = answer(&session, view, sql).await;
                let computed = answer(&session, twin, sql).await;
                assert_eq!(stored, computed, "{role}: {sql} of {view}");
            }
        }
    }
    // The policy filters the stored rows, which nothing else has.
    let small = session(&shop, "small");
    assert_eq!(why(&small, &sales()).await, None);
    shop.sell(["0", "4"], [3, 4], [50, 400]).await;
    let ids = "select order_id from mine.sales order by 1";
    assert_eq!(rows(&small, ids).await, ["1"]);
    rows(&small, "set tributary.max_staleness = '0 seconds'").await;
    assert_eq!(rows(&small, ids).await, ["0", "1"]);
}

#[tokio::test]
async fn who_may_write_may_refresh_and_learns_nothing() {
    let shop = shop().await;
    shop.run(&SALES.replace("total from", "cast(customer_id as int) as total from"))
        .await;
    let writer = session(&shop, "writer");
    let failed = refusal(&writer, "refresh materialized view mine.sales").await;
    assert!(failed.contains("in the server's log"), "{failed}");
    assert!(
        !failed.contains("'a'") && !failed.contains("cast"),
        "{failed}"
    );
    let told = shop.refusal("refresh materialized view mine.sales").await;
    assert!(told.contains("'a'"), "{told}");

    shop.run(&SALES.replace("create", "create or replace"))
        .await;
    for sql in [
        "refresh materialized view mine.sales",
        "suspend materialized view mine.sales",
        "resume materialized view mine.sales",
        "drop materialized view mine.sales",
    ] {
        let refused = refusal(&session(&shop, "whole"), sql).await;
        assert!(
            refused.contains("none of your roles may write there"),
            "{refused}"
        );
        rows(&writer, sql).await;
    }
    // A table that it does not see is not there for it to materialize, as with any view.
    rows(&writer, SALES).await;
    rows(&writer, "refresh materialized view mine.sales").await;
    let refused = refusal(&writer, "select * from mine.sales").await;
    assert!(
        refused.contains("orders") || refused.contains("mine.sales"),
        "{refused}"
    );
}
