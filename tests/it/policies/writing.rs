//! Who may write rows into which table.

use super::shop::{Shop, refusal, rows};

const ROLES: &str = "
[clerk]
read = ['*']
write = ['stores', 'customers', 'orders']
[of_the_north]
read = ['*']
write = ['stores', 'customers']
rows = [{ on = ['customers'], filter = \"name like 'A%'\" }]
[masked]
read = ['*']
write = ['stores', 'customers']
masks = [{ on = ['customers'], column = 'name', value = \"'hidden'\" }]
[loader]
write = ['stores']
[reader]
read = ['*']
";

#[tokio::test]
async fn rows_are_written_where_a_role_says() {
    let shop = Shop::new(ROLES).await;
    let store = "insert into stores (store_id, name) values ('s-1', 'Mitte')";
    for role in ["clerk", "of_the_north", "masked", "loader"] {
        assert_eq!(
            rows(&shop.session(&[role], &[]), store).await,
            ["1"],
            "{role}"
        );
    }
    for (role, sql) in [
        ("reader", store),
        ("clerk", "insert into products (product_id) values ('p-1')"),
        (
            "loader",
            "insert into customers (customer_id) values ('c-9')",
        ),
    ] {
        let error = refusal(&shop.session(&[role], &[]), sql).await;
        assert!(
            error.contains("none of your roles may write there"),
            "{role}: {error}"
        );
    }
}

#[tokio::test]
async fn who_does_not_see_all_of_a_table_replaces_nothing_in_it() {
    let shop = Shop::new(ROLES).await;
    let overwrite = "insert into customers (customer_id, name) values ('c-2', 'mine')";
    for role in ["of_the_north", "masked"] {
        let error = refusal(&shop.session(&[role], &[]), overwrite).await;
        let expected = "some of its rows or values are hidden from you";
        assert!(error.contains(expected), "{role}: {error}");
    }
    let name = "select name from customers where customer_id = 'c-2'";
    assert_eq!(rows(&shop.local(), name).await, ["Grace Hopper"]);
}

/// What a user copies is what the user sees.
#[tokio::test]
async fn a_copy_holds_no_row_that_its_writer_does_not_see() {
    let shop = Shop::new(ROLES).await;
    let copy = "insert into stores (store_id, name) select customer_id, name from customers";
    let copied = "select store_id, name from stores order by store_id";
    rows(&shop.session(&["of_the_north"], &[]), copy).await;
    assert_eq!(rows(&shop.local(), copied).await, ["c-1|Ada Lovelace"]);
    rows(&shop.session(&["masked"], &[]), copy).await;
    assert_eq!(
        rows(&shop.local(), copied).await,
        ["c-1|hidden", "c-2|hidden", "c-3|hidden"]
    );
}
