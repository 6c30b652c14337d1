//! Attacks on row policies, each executed.
//!
//! The judge of all of them: an attacker who may see the north learns the same of a shop that has
//! a south as of one that never had one. That the attack is one is shown by whoever may see all:
//! their answers differ.

use super::shop::{Shop, answer, rows};

const ROLES: &str = "
[north]
read = ['*']
write = ['scratch.*']
rows = [{ on = ['orders', 'south.*'], filter = \"region = 'north'\" }]
";

/// Whoever has no policy learns of the south by each of these.
const ATTACKS: &[&str] = &[
    // Plain reading, in every place that a statement can name a table.
    "select * from orders",
    "select count(*) from orders",
    "select min(ordered_at), max(total) from orders",
    "select count(*) from tributary.public.orders",
    "select (select max(note) from orders)",
    "select c.name from customers c where exists (select 1 from orders o where o.customer_id = c.customer_id and o.region = 'south')",
    "select c.name from customers c where c.customer_id not in (select customer_id from orders where customer_id is not null)",
    "select c.name, (select sum(total) from orders o where o.customer_id = c.customer_id) from customers c",
    "with recursive n as (select 1 as i union all select i + 1 from n where i < 3) select i, count(o.order_id) from n left join orders o on true group by i",
    "select * from customers c left join orders o using (customer_id)",
    "select * from orders a full join orders b on a.order_id = b.order_id",
    "select note from orders union all select note from orders",
    "select order_id from orders except select 'o-1'",
    "select first_value(note) over (order by total desc) from orders",
    "select region, total from orders group by rollup (region, total)",
    "select array_agg(note order by note) from orders",
    "select approx_distinct(region) from orders",
    "select * from orders order by total desc limit 1",
    "select * from orders limit 1 offset 2",
    // Views, of reports and metric views.
    "select * from south.orders",
    "select * from south.totals",
    "select measure(revenue) from south.metrics",
    "select region, measure(orders) from south.metrics group by rollup(region)",
    "select count(*) from (select region from south.metrics group by region)",
    // Table functions over the table.
    "select order_id, reason from attribute(conversions => orders, touchpoints => (select order_id as t, customer_id, ordered_at as a from orders), key => 'customer_id', conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'total', touchpoint_id => 't', touchpoint_time => 'a', model => 'last_touch', lookback => interval '30 days')",
    "select count(*) from in_periods(rows => orders, at => 'ordered_at')",
    "set tributary.currency = 'EUR'; select sum(convert(total, currency, ordered_at)) from orders where currency = 'EUR'",
    // Errors that quote, or that tell whether there is such a row.
    "select count(*) from orders where case when region <> 'north' then cast(note as int) else 1 end > 0",
    "select count(*) from orders where region = 'south' and cast(note as int) = 1",
    "select count(*) from south.orders where case when region <> 'north' then cast(note as int) else 1 end > 0",
    "select measure(orders) from south.metrics where case when region <> 'north' then cast(region as int) else 1 end > 0",
    "select count(*) from orders where 1 / (total - 77) > 0",
    "select sum(1 / (total - 77)) from orders",
    "select count(*) from orders where region = 'south' and cast(total * 10000000000000000 as decimal(5, 2)) > 0",
    "select count(*) from orders where region = 'south' and arrow_cast(note, 'Int8') > 0",
    "select count(*) from orders where region = 'south' and to_timestamp(note) > now()",
    "select count(*) from orders where regexp_like('x', note || case when region = 'south' then '(' else '' end)",
    "select count(*) from orders where region = 'south' and date_trunc(note, ordered_at) > now()",
    "select count(*) from orders where (select o.note from orders o where o.region = 'south') is not null",
    "select c.name from customers c join orders o on c.customer_id = o.customer_id and o.region = 'south' and cast(o.note as int) = 1",
    "select count(*) from orders having sum(cast(case when region = 'south' then note else '1' end as int)) > 0",
    "select order_id from orders order by cast(case when region = 'south' then note else '1' end as int)",
    "select sum_once(total, order_id) from orders",
    "select money_sum(total, currency) from orders",
];

/// These are refused to who has a policy, whatever there is.
const REFUSED: &[&str] = &[
    "explain select * from orders",
    "explain verbose select * from orders",
    "explain analyze select * from orders",
    "explain analyze verbose select count(*) from south.totals",
    "explain format tree select * from orders where region = 'south'",
    "explain select 1 where exists (select 1 from orders)",
];

async fn last_answer(
    session: &tributary::engine::Session,
    sql: &str,
) -> Result<Vec<String>, String> {
    let mut last = Ok(Vec::new());
    for statement in sql.split("; ") {
        last = answer(session, statement).await;
    }
    last
}

#[tokio::test]
async fn no_attack_tells_of_hidden_rows() {
    let full = Shop::new(ROLES).await;
    let never = Shop::of_the_north(ROLES).await;
    for sql in ATTACKS {
        let north = |shop: &Shop| shop.session(&["north"], &[]);
        let with = last_answer(&north(&full), sql).await;
        let without = last_answer(&north(&never), sql).await;
        assert_eq!(with, without, "{sql}");
        let told = last_answer(&full.local(), sql).await;
        let untold = last_answer(&never.local(), sql).await;
        assert_ne!(told, untold, "this is no attack: {sql}");
    }
}

#[tokio::test]
async fn explain_is_refused_over_what_a_policy_hides() {
    let shop = Shop::new(ROLES).await;
    for sql in REFUSED {
        let error = answer(&shop.session(&["north"], &[]), sql)
            .await
            .unwrap_err();
        assert!(error.contains("EXPLAIN is not allowed"), "{sql}: {error}");
        assert!(!rows(&shop.local(), sql).await.is_empty(), "{sql}");
    }
    let explained = rows(
        &shop.session(&["north"], &[]),
        "explain select * from customers",
    )
    .await;
    assert!(!explained.is_empty());
}

#[tokio::test]
async fn a_view_launders_nothing() {
    let shop = Shop::new(ROLES).await;
    let north = shop.session(&["north"], &[]);
    rows(
        &north,
        "create view scratch.mine as select region, note from orders",
    )
    .await;
    let regions = "select distinct region from scratch.mine";
    assert_eq!(rows(&north, regions).await, ["north"]);
    // It is the reader's policy that counts, not its author's.
    assert_eq!(
        rows(&shop.local(), regions).await,
        ["NULL", "north", "south"]
    );
    rows(
        &shop.local(),
        "create view scratch.theirs as select region, note from orders",
    )
    .await;
    assert_eq!(
        rows(&north, "select distinct region from scratch.theirs").await,
        ["north"]
    );
}

#[tokio::test]
async fn no_setting_and_no_name_makes_a_user_somebody_else() {
    let roles =
        "[own]\nread = ['orders']\nrows = [{ filter = \"region = current_attribute('region')\" }]";
    let shop = Shop::new(roles).await;
    let user = shop.session(&["own"], &["north"]);
    let count = "select count(*) from orders";
    for attempt in [
        "set tributary.region = 'south'",
        "set tributary.param.security.region = 'south'",
        "create view current_attribute as select 'south'",
    ] {
        let _ = answer(&user, attempt).await;
        assert_eq!(rows(&user, count).await, ["2"], "{attempt}");
    }
    // A column of the name of the function is not the function.
    let shadow = "select count(*) from (select 'south' as current_attribute, * from orders)";
    assert_eq!(rows(&user, shadow).await, ["2"]);
}

#[tokio::test]
async fn the_catalog_of_files_is_out_of_reach() {
    let shop = Shop::new(ROLES).await;
    let north = shop.session(&["north"], &[]);
    for sql in [
        "select * from '/etc/hostname'",
        "select * from \"rows.parquet\"",
        "select * from read_parquet('orders/rows.parquet')",
        "select * from parquet_metadata('orders/rows.parquet')",
    ] {
        assert!(answer(&north, sql).await.is_err(), "{sql}");
    }
}
