//! Views made by SQL are files of the warehouse.

use super::shop::{Shop, orders, rows};

const BIG: &str = "-- Which orders are big?
-- Grain: one order.
create view mine.big
parameters least varchar default '10'
as
select order_id from orders where total > cast(least as decimal(18, 2))";

#[tokio::test]
async fn a_view_is_there_for_whoever_opens_the_warehouse() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    shop.rows(&format!("{BIG};")).await;
    let file = shop.path().join("_tributary/catalog/mine/big.sql");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), BIG);
    shop.rows("create metric view mine.m facts orders as o time o.ordered_at dimensions id = { o: o.order_id } measures n = count(*) on o")
        .await;

    let other = shop.reopened().await;
    rows(&other, "set tributary.param.mine.least = '0'").await;
    assert_eq!(rows(&other, "select count(*) from mine.big").await, ["2"]);
    assert_eq!(rows(&other, "select measure(n) from mine.m").await, ["2"]);
    let views = other.definitions();
    let big = views.get("mine", "big").unwrap();
    assert_eq!(
        big.comment.question.as_deref(),
        Some("Which orders are big?")
    );
    assert_eq!(big.comment.grain.as_deref(), Some("one order."));
}

#[tokio::test]
async fn of_two_who_make_a_view_at_once_one_is_refused() {
    let shop = Shop::new().await;
    let late = shop.reopened().await;
    shop.rows("create view mine.one as select 1 as n").await;
    let refusal = late.sql("create view mine.one as select 2 as n").await;
    let refusal = refusal.err().unwrap().to_string();
    assert!(
        refusal.contains("view mine.one exists already"),
        "{refusal}"
    );
    let kept = shop.reopened().await;
    assert_eq!(rows(&kept, "select n from mine.one").await, ["1"]);
    rows(&late, "create or replace view mine.one as select 2 as n").await;
    let kept = shop.reopened().await;
    assert_eq!(rows(&kept, "select n from mine.one").await, ["2"]);
}

#[tokio::test]
async fn an_open_warehouse_follows_what_others_make_and_drop() {
    let shop = Shop::new().await;
    let (engine, other) = (shop.open().await.unwrap(), shop.open().await.unwrap());
    let session = engine.session();
    let n = "select n from mine.one";
    for (change, expected) in [
        ("create view mine.one as select 1 as n", Some("1")),
        (
            "create or replace view mine.one as select 2 as n",
            Some("2"),
        ),
        ("drop view mine.one", None),
    ] {
        rows(&other.session(), change).await;
        engine.refresh_views().await.unwrap();
        match expected {
            Some(expected) => assert_eq!(rows(&session, n).await, [expected], "{change}"),
            None => drop(session.sql(n).await.err().unwrap()),
        }
    }
    // What came with the program stays, and one broken file takes nothing away.
    rows(&other.session(), "create view mine.two as select 2 as n").await;
    std::fs::write(
        shop.path().join("_tributary/catalog/mine/one.sql"),
        "nonsense",
    )
    .unwrap();
    let error = engine.refresh_views().await.unwrap_err().to_string();
    assert!(error.contains("mine/one.sql"), "{error}");
    rows(&session, "select name from base.agent_names").await;
    std::fs::remove_file(shop.path().join("_tributary/catalog/mine/one.sql")).unwrap();
    engine.refresh_views().await.unwrap();
    assert_eq!(rows(&session, "select n from mine.two").await, ["2"]);
}

#[tokio::test]
async fn a_dropped_view_is_gone_and_gives_way_to_a_shipped_one() {
    let shop = Shop::new().await;
    shop.rows("create view mine.one as select 1 as n").await;
    shop.rows("drop view mine.one").await;
    let refusal = shop.refusal("select n from mine.one").await;
    assert!(refusal.contains("not found"), "{refusal}");
    assert!(
        shop.reopened()
            .await
            .definitions()
            .get("mine", "one")
            .is_none()
    );
    let refusal = shop.refusal("drop view mine.one").await;
    assert!(
        refusal.contains("DROP VIEW: there is no view mine.one"),
        "{refusal}"
    );
    shop.rows("drop view if exists mine.one").await;

    let refusal = shop.refusal("drop view base.agent_names").await;
    assert!(
        refusal.contains("base.agent_names is a file of queries/"),
        "{refusal}"
    );
    shop.rows("create or replace view base.agent_names as select 'a' as agent_id, 'A' as name")
        .await;
    let names = "select name from base.agent_names";
    assert_eq!(rows(&shop.reopened().await, names).await, ["A"]);
    shop.rows("drop view base.agent_names").await;
    assert!(shop.rows(names).await.is_empty());
    assert!(rows(&shop.reopened().await, names).await.is_empty());
}

#[tokio::test]
async fn the_text_of_each_statement_of_a_script_is_its_own() {
    let shop = Shop::new().await;
    let script = "set tributary.timezone = 'UTC';;\n-- ä ß 字: ;\ncreate view mine.a as select 'ü;' as n;\n\n  create view mine.b as select 2 as n  ;";
    for statement in tributary::query::statement::parse(script).unwrap() {
        let planned = shop.session.plan(statement).await.unwrap();
        shop.session.execute(planned).await.unwrap();
    }
    let views = shop.session.definitions();
    let text = |name| {
        views
            .get("mine", name)
            .unwrap()
            .statement_text()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        text("a"),
        "-- ä ß 字: ;\ncreate view mine.a as select 'ü;' as n"
    );
    assert_eq!(text("b"), "create view mine.b as select 2 as n");
}

#[tokio::test]
async fn an_error_in_a_kept_view_names_its_file() {
    let shop = Shop::new().await;
    shop.rows("create view mine.one as select 1 as n").await;
    let file = shop.path().join("_tributary/catalog/mine/one.sql");
    std::fs::write(&file, "create view mine.one as\nselect 1 as n nonsense").unwrap();
    let refusal = shop.open().await.err().unwrap().to_string();
    for part in ["_tributary/catalog/mine/one.sql", "Line: 2"] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
}

#[tokio::test]
async fn a_temporary_view_is_for_its_session_and_hides_others() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    let mine = "select n from mine.one";
    shop.rows("create view mine.one as select 1 as n").await;
    shop.rows("create temporary view mine.one as select 2 as n")
        .await;
    assert_eq!(shop.rows(mine).await, ["2"]);
    assert_eq!(rows(&shop.reopened().await, mine).await, ["1"]);

    let refusal = shop
        .refusal("create temp view mine.one as select 3 as n")
        .await;
    assert!(
        refusal.contains("temporary view mine.one exists already"),
        "{refusal}"
    );
    shop.rows("create or replace temporary view mine.one as select 3 as n")
        .await;
    assert_eq!(shop.rows(mine).await, ["3"]);
    shop.rows("drop view mine.one").await;
    assert_eq!(shop.rows(mine).await, ["1"]);
    shop.rows("drop view mine.one").await;
    assert!(shop.refusal(mine).await.contains("not found"));

    shop.rows("create temporary metric view mine.m facts orders as o time o.ordered_at dimensions id = { o: o.order_id } measures n = count(*) on o")
        .await;
    assert_eq!(shop.rows("select measure(n) from mine.m").await, ["2"]);
    let kept = shop.path().join("_tributary/catalog/mine");
    assert!(!kept.join("m.sql").exists());
}
