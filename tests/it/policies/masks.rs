//! What is shown in place of a column's values.

use super::shop::{Shop, answer, rows};

const ROLES: &str = "
[clerk]
read = ['*']
masks = [
    { column = 'note', value = 'NULL' },
    { column = 'name', value = \"left(name, 1) || '…'\" },
]

[north]
read = ['orders']
rows = [{ filter = \"region = 'north'\" }]

['south without notes']
read = ['orders']
rows = [{ filter = \"region = 'south'\" }]
masks = [{ column = 'note', value = 'NULL' }]

[amounts]
read = ['*']
masks = [{ on = ['orders', 'south.*'], column = 'total', value = '0' }]
";

#[tokio::test]
async fn a_mask_stands_for_the_values() {
    let shop = Shop::new(ROLES).await;
    let clerk = shop.session(&["clerk"], &[]);
    for (sql, expected) in [
        ("select note from orders where order_id = 'o-1'", "NULL"),
        ("select count(*) from orders where note like 'south%'", "0"),
        ("select name from customers where customer_id = 'c-2'", "G…"),
        (
            "select count(*) from customers where name = 'Ada Lovelace'",
            "0",
        ),
        ("select count(note) from south.orders", "0"),
        ("select arrow_typeof(note) from orders limit 1", "Utf8"),
    ] {
        assert_eq!(rows(&clerk, sql).await, [expected], "{sql}");
    }
    let star = rows(&clerk, "select * from orders where order_id = 'o-1'").await;
    assert!(
        star[0].contains("|north|") && !star[0].contains("north-note"),
        "{star:?}"
    );
}

#[tokio::test]
async fn a_role_that_sees_a_value_shows_it_where_it_shows_the_row() {
    let shop = Shop::new(ROLES).await;
    let both_regions = shop.session(&["north", "south without notes"], &[]);
    let notes = rows(&both_regions, "select order_id, note from orders").await;
    let mixed = [
        "o-1|north-note-1",
        "o-2|north-note-2",
        "o-3|NULL",
        "o-4|NULL",
    ];
    assert_eq!(notes, mixed);
}

#[tokio::test]
async fn a_role_that_shows_all_rows_decides_how() {
    let shop = Shop::new(ROLES).await;
    let both = shop.session(&["clerk", "north"], &[]);
    let notes = rows(&both, "select distinct note from orders").await;
    assert_eq!(notes, ["NULL"]);
}

#[tokio::test]
async fn a_report_computes_with_what_is_stored_and_shows_what_is_masked() {
    let shop = Shop::new(ROLES).await;
    let user = shop.session(&["amounts"], &[]);
    for (sql, expected) in [
        ("select sum(total) from orders", "0.00"),
        ("select sum(total) from south.orders", "0.00"),
        // The sum is a column of that name, and nothing else of the report changes.
        ("select total from south.totals", "0.00"),
        (
            "select orders from south.currencies where currency = 'EUR'",
            "4",
        ),
    ] {
        assert_eq!(rows(&user, sql).await, [expected], "{sql}");
    }
}

#[tokio::test]
async fn a_mask_that_cannot_be_planned_names_its_role() {
    let roles = "[broken]\nread = ['*']\nmasks = [{ column = 'note', value = 'no_such_column' }]";
    let shop = Shop::new(roles).await;
    let error = answer(&shop.session(&["broken"], &[]), "select note from orders").await;
    let error = error.unwrap_err();
    assert!(error.contains("security.roles.broken"), "{error}");
}
