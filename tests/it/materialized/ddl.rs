use tributary::{
    engine::Engine,
    query::{materialized::Refresh, view::ViewName},
};

use super::shop::{SALES, Shop, sales};
use crate::warehouse::shop::rows;

const SELECT: &str = "select order_id, total from mine.sales";

#[tokio::test]
async fn a_view_is_made_refreshed_suspended_and_dropped() {
    let shop = Shop::stored().await;
    assert_eq!(shop.run(SELECT).await, ["1|1.00", "2|2.00"]);
    let kept = shop.path("_tributary/catalog/mine/sales.sql");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), SALES);
    assert!(
        shop.path("_tributary/materialized/mine/sales/_delta_log")
            .exists()
    );

    shop.run("drop materialized view mine.sales").await;
    assert!(!kept.exists());
    assert!(shop.stored_view().await.is_none());
    shop.run("drop materialized view if exists mine.sales")
        .await;
    let gone = shop.refusal("drop materialized view mine.sales").await;
    assert!(
        gone.contains("there is no materialized view mine.sales"),
        "{gone}"
    );
}

#[tokio::test]
async fn a_suspended_view_stays_so_for_whoever_opens_the_warehouse() {
    let shop = Shop::stored().await;
    let suspended = |engine: &Engine| engine.session().definitions().is_suspended(&sales());
    let other = {
        let config = tributary::config::Config {
            warehouse: Some(shop.path("").to_str().unwrap().to_owned()),
            ..Default::default()
        };
        Engine::open(&config, tributary::clock::Clock::System)
            .await
            .unwrap()
    };
    shop.run("suspend materialized view mine.sales").await;
    assert!(suspended(&shop.engine) && !suspended(&other));
    other.refresh_views().await.unwrap();
    assert!(suspended(&other));
    // Somebody may still ask.
    assert_eq!(shop.refresh(Refresh::Full).await.rows, 2);
    let session = shop.session();
    assert!(
        !tributary::materialize::in_order(&session)
            .unwrap()
            .contains(&sales())
    );
    shop.run("alter materialized view mine.sales resume").await;
    other.refresh_views().await.unwrap();
    assert!(!suspended(&shop.engine) && !suspended(&other));
}

#[tokio::test]
async fn the_right_statement_is_said() {
    let shop = Shop::stored().await;
    shop.run("create view mine.plain as select 1 as n").await;
    for (sql, expected) in [
        (
            "drop view mine.sales",
            "use DROP MATERIALIZED VIEW mine.sales",
        ),
        (
            "drop materialized view mine.plain",
            "use DROP VIEW mine.plain",
        ),
        (
            "refresh materialized view mine.plain",
            "expected a materialized view, got the view mine.plain",
        ),
        (
            "refresh materialized view orders",
            "no materialized view orders",
        ),
        (
            "suspend materialized view mine.none",
            "no materialized view mine.none",
        ),
        (
            "create or replace view mine.sales as select 1 as n",
            "drop it first",
        ),
        (
            "create or replace materialized view mine.plain as select 1 as n",
            "drop it first, with DROP VIEW mine.plain",
        ),
    ] {
        let refusal = shop.refusal(sql).await;
        assert!(refusal.contains(expected), "{sql}: {refusal}");
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_when_it_is_made() {
    let shop = Shop::new().await;
    for (rest, expected) in [
        (
            "partitioned by (nothing) as select 1 as n",
            "one of its columns n",
        ),
        (
            "partitioned by (n) as select 1 as n, 2 as m",
            "of type DATE",
        ),
        (
            "partitioned by (cast(n as date) as m) as select '2026-01-01' as n, 2 as m",
            "column m itself",
        ),
        (
            "partitioned by (nonsense(n) as day) as select 1 as n",
            "nonsense",
        ),
        ("as select random() as n", "random()"),
        ("as select current_user() as n", "depends on who asks"),
        (
            "as select count(*) as n from system.reports",
            "something else",
        ),
        ("as select interval '1 month' as n", "cast it"),
        ("as select 2 as n order by 1 + n", "ORDER BY"),
        (
            "as select order_id from orders order by ordered_at",
            "ORDER BY: expected a column of the result",
        ),
    ] {
        let refusal = shop
            .refusal(&format!("create materialized view mine.x {rest}"))
            .await;
        assert!(refusal.contains(expected), "{rest}: {refusal}");
    }
    let named = shop
        .refusal("create materialized view mine.\"../up\" as select 1 as n")
        .await;
    assert!(named.contains("name of a folder"), "{named}");
    shop.run("create view mine.chance as select random() as n")
        .await;
    let below = shop
        .refusal("create materialized view mine.x as select n from mine.chance")
        .await;
    assert!(below.contains("mine.chance reads random()"), "{below}");
}

#[tokio::test]
async fn a_view_of_tables_that_come_later_is_made_before() {
    let shop = Shop::new().await;
    let sql = "create materialized view mine.early partitioned by (day) as
               select cast(clicked_at as date) as day, click_id from link_clicks";
    shop.run(sql).await;
    let refusal = shop.refusal("refresh materialized view mine.early").await;
    assert!(refusal.contains("missing: link_clicks"), "{refusal}");
}

#[tokio::test]
async fn views_are_refreshed_after_those_that_they_read() {
    let shop = Shop::new().await;
    shop.run("create materialized view mine.a as select count(*) as n from mine.sales")
        .await;
    shop.run(SALES).await;
    let order = tributary::materialize::in_order(&shop.session()).unwrap();
    let place = |name: &str| {
        let is_it = |it: &ViewName| it.schema == "mine" && it.name == name;
        order.iter().position(is_it).unwrap()
    };
    assert!(place("sales") < place("a"));
}

#[tokio::test]
async fn a_refresh_uses_the_settings_of_the_warehouse_whoever_asks() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    let session = shop.session();
    rows(&session, "set tributary.timezone = 'Asia/Tokyo'").await;
    rows(&session, "refresh materialized view mine.sales").await;
    let run = shop.stored_view().await.unwrap().run;
    assert_eq!(run.settings["timezone"], "UTC");
    assert_eq!(run.rows, 2);
}
