use super::shop::{Shop, orders};

#[tokio::test]
async fn a_view_reads_tables_and_views() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    shop.rows("create view big as select * from orders where total > 10")
        .await;
    shop.rows("create view mine.ids as select order_id from big")
        .await;
    assert_eq!(shop.rows("select order_id from mine.ids").await, ["1"]);
    let again = shop.refusal("create view big as select 1 as n").await;
    assert!(again.contains("view public.big exists already"), "{again}");
    shop.rows("create or replace view big as select * from orders")
        .await;
    assert_eq!(shop.rows("select count(*) from mine.ids").await, ["2"]);
}

#[tokio::test]
async fn a_view_that_reads_itself_is_refused() {
    let shop = Shop::new().await;
    shop.rows("create view a as select n from b").await;
    shop.rows("create view b as select n from c").await;
    let last = "create view c as select n from a";
    let refusal = shop.refusal(last).await;
    let cycle = "view public.c reads itself: public.c reads public.a reads public.b reads public.c";
    assert!(refusal.contains(cycle), "{refusal}");

    // Two who do not know of each other can still make one.
    let file = shop.path().join("_tributary/catalog/public/c.sql");
    std::fs::write(file, last).unwrap();
    let other = shop.reopened().await;
    let refusal = other.sql("select * from a").await.err().unwrap();
    let refusal = refusal.to_string();
    let cycle = "view public.a reads itself: public.a reads public.b reads public.c reads public.a";
    assert!(refusal.contains(cycle), "{refusal}");
}

#[tokio::test]
async fn parameters_have_types_and_defaults() {
    let shop = Shop::new().await;
    let view = "create view mine.cut parameters least varchar default 'b', day timestamp default timestamp '2026-08-01T00:00:00Z', \
                only boolean default false, width interval default interval '1 day' as \
                select column1 as word, only as only, day + width as until from (values ('a'), ('b'), ('c')) where column1 >= least";
    shop.rows(view).await;
    let words = "select word, only, until from mine.cut order by 1";
    assert_eq!(
        shop.rows(words).await,
        ["b|false|2026-08-02T00:00:00", "c|false|2026-08-02T00:00:00"]
    );
    for setting in [
        "least = 'c'",
        "only = 'true'",
        "width = '2 hours'",
        "day = '2026-09-01T00:00:00'",
    ] {
        shop.rows(&format!("set tributary.param.mine.{setting}"))
            .await;
    }
    assert_eq!(shop.rows(words).await, ["c|true|2026-09-01T02:00:00"]);

    let unknown = shop
        .refusal("set tributary.param.mine.nonsense = '1'")
        .await;
    assert!(
        unknown.contains("there is no parameter mine.nonsense"),
        "{unknown}"
    );
    let wrong = shop
        .refusal("set tributary.param.mine.only = 'perhaps'")
        .await;
    assert!(
        wrong.contains("tributary.param.mine.only: expected BOOLEAN, got perhaps"),
        "{wrong}"
    );
}

#[tokio::test]
async fn an_error_in_a_view_names_the_views_on_the_way() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    shop.rows("create view mine.inner as select nonsense from orders")
        .await;
    shop.rows("create view mine.outer as select * from mine.inner")
        .await;
    let refusal = shop.refusal("select * from mine.outer").await;
    for part in ["view mine.outer", "view mine.inner", "nonsense"] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
}
