//! What a role does not have a right to does not exist.

use super::shop::{Shop, open, refusal, rows};

const ROLES: &str = "
[reader]
read = ['south.*', 'customers']

[writer]
read = ['*']
write = ['scratch.*']

[administrator]
administrator = true
";

#[tokio::test]
async fn listings_show_what_may_be_read() {
    let shop = Shop::new(ROLES).await;
    let reader = shop.session(&["reader"], &[]);
    let listed = "select table_schema || '.' || table_name from information_schema.tables
                  where table_schema not in ('information_schema', 'system')";
    let expected = [
        "public.customers",
        "south.currencies",
        "south.metrics",
        "south.orders",
        "south.totals",
    ];
    assert_eq!(rows(&reader, listed).await, expected);
    let columns = "select distinct table_schema || '.' || table_name
                   from information_schema.columns
                   where table_schema not in ('information_schema', 'system')";
    assert_eq!(rows(&reader, columns).await, expected);
    let schemas = "select distinct schema_name from information_schema.schemata";
    let schemas = rows(&reader, schemas).await;
    assert!(!schemas.contains(&"revenue".to_owned()), "{schemas:?}");
    for table in ["reports", "metrics"] {
        let schemas = format!("select distinct schema from system.{table}");
        let column = if table == "metrics" {
            "report"
        } else {
            "schema"
        };
        let schemas = schemas.replace("distinct schema", &format!("distinct {column}"));
        assert_eq!(rows(&reader, &schemas).await, ["south"], "{table}");
    }
    let administrator = shop.session(&["administrator"], &[]);
    let all = rows(&administrator, listed).await;
    assert!(all.len() > expected.len() && all.contains(&"public.orders".to_owned()));
}

#[tokio::test]
async fn a_hidden_table_is_refused_as_one_that_never_was() {
    let shop = Shop::new(ROLES).await;
    let reader = shop.session(&["reader"], &[]);
    for sql in [
        "select * from NAME",
        "select no_such_column from NAME",
        "describe NAME",
        "show columns from NAME",
        "explain select * from NAME",
        "with x as (select * from NAME) select 1 from x",
        "select (select count(*) from NAME)",
        "select * from attribute(conversions => NAME, touchpoints => NAME, key => 'k',
             conversion_id => 'i', conversion_time => 't', touchpoint_id => 'i',
             touchpoint_time => 't', model => 'linear', lookback => interval '1 day')",
    ] {
        for (hidden, absent) in [
            ("orders", "absent"),
            ("revenue.overview", "revenue.absents_"),
        ] {
            let name = |name: &str| sql.replace("NAME", name);
            let hidden_says = refusal(&reader, &name(hidden)).await;
            let absent_says = refusal(&reader, &name(absent)).await;
            assert_eq!(hidden_says.replace(hidden, absent), absent_says, "{sql}");
        }
    }
}

#[tokio::test]
async fn data_health_is_for_who_may_read_all() {
    let shop = Shop::new(ROLES).await;
    let count = "select count(*) > 0 from system.data_health";
    assert_eq!(rows(&shop.session(&["writer"], &[]), count).await, ["true"]);
    let error = refusal(&shop.session(&["reader"], &[]), count).await;
    assert!(error.contains("not found"), "{error}");
}

#[tokio::test]
async fn views_are_made_by_who_may_write_their_schema() {
    let shop = Shop::new(ROLES).await;
    let writer = shop.session(&["writer"], &[]);
    rows(
        &writer,
        "create view scratch.a as select order_id from orders",
    )
    .await;
    assert_eq!(rows(&writer, "select count(*) from scratch.a").await, ["5"]);
    for (sql, reason) in [
        (
            "create view revenue.a as select 1 as a",
            "CREATE VIEW revenue.a is not allowed",
        ),
        (
            "create view a as select 1 as a",
            "CREATE VIEW a is not allowed",
        ),
        (
            "create or replace view revenue.overview as select 1 as a",
            "is not allowed",
        ),
        (
            "drop view revenue.overview",
            "DROP VIEW revenue.overview is not allowed",
        ),
    ] {
        let error = refusal(&writer, sql).await;
        assert!(error.contains(reason), "{sql}: {error}");
    }
    let reader = shop.session(&["reader"], &[]);
    let error = refusal(&reader, "drop view scratch.a").await;
    assert!(
        error.contains("DROP VIEW scratch.a is not allowed"),
        "{error}"
    );
    rows(&writer, "drop view scratch.a").await;
}

#[tokio::test]
async fn a_users_view_gives_nobody_more_rights() {
    let roles = format!("{ROLES}\n[scratch]\nread = ['scratch.*']");
    let shop = Shop::new(&roles).await;
    let writer = shop.session(&["writer"], &[]);
    rows(
        &writer,
        "create view scratch.leak as select note from orders",
    )
    .await;
    let other = shop.session(&["scratch"], &[]);
    let error = refusal(&other, "select * from scratch.leak").await;
    assert!(error.contains("not found"), "{error}");
    // It is not listed either, because it cannot be read.
    let listed = "select count(*) from information_schema.tables where table_schema = 'scratch'";
    assert_eq!(rows(&other, listed).await, ["0"]);
}

#[tokio::test]
async fn a_role_that_is_wrong_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("queries")).unwrap();
    for (role, expected) in [
        (
            "read = ['a.b.c']",
            "security.roles.r.read: expected a pattern",
        ),
        (
            "rows = [{ filter = 'a in (select 1)' }]",
            "security.roles.r.rows[0].filter",
        ),
        (
            "masks = [{ column = 'a', value = '1 +' }]",
            "security.roles.r.masks[0].value",
        ),
    ] {
        let error = open(folder.path(), &format!("[r]\n{role}"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
