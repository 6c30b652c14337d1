//! Which rows exist for whom.

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::shop::{Shop, answer, refusal, rows};

const ROLES: &str = "
[regional]
read = ['*']
[[regional.rows]]
except = ['customers']
filter = \"region = any(current_attributes('region'))\"

[one_region]
read = ['orders']
rows = [{ filter = \"region = current_attribute('region')\" }]

[cheap]
read = ['orders', 'south.orders']
rows = [{ filter = 'total < 50' }]

[analyst]
read = ['orders']
";

const COUNT: &str = "select count(*), sum(total) from orders";

#[tokio::test]
async fn a_policy_filters_a_table() {
    let shop = Shop::new(ROLES).await;
    let north = shop.session(&["regional"], &["north"]);
    assert_eq!(rows(&north, COUNT).await, ["2|30.00"]);
    let both = shop.session(&["regional"], &["north", "south"]);
    assert_eq!(rows(&both, COUNT).await, ["4|195.00"]);
    // A user without the attribute is of no region, as is an order without one.
    let nowhere = shop.session(&["regional"], &[]);
    assert_eq!(rows(&nowhere, COUNT).await, ["0|NULL"]);
    let nobody = shop.session(&["one_region"], &[]);
    assert_eq!(rows(&nobody, COUNT).await, ["0|NULL"]);
    assert_eq!(rows(&shop.local(), COUNT).await, ["5|294.00"]);
}

#[tokio::test]
async fn one_value_is_not_compared_with_several() {
    let shop = Shop::new(ROLES).await;
    let south = shop.session(&["one_region"], &["south"]);
    assert_eq!(rows(&south, COUNT).await, ["2|165.00"]);
    let both = shop.session(&["one_region"], &["north", "south"]);
    let error = refusal(&both, COUNT).await;
    let hint = "compare with any(current_attributes('region'))";
    assert!(error.contains(hint), "{error}");
}

#[tokio::test]
async fn several_roles_show_what_one_of_them_shows() {
    let shop = Shop::new(ROLES).await;
    let cheap_or_south = shop.session(&["cheap", "one_region"], &["south"]);
    assert_eq!(rows(&cheap_or_south, COUNT).await, ["4|195.00"]);
    // One role without a policy shows all.
    let analyst = shop.session(&["analyst", "one_region"], &["south"]);
    assert_eq!(rows(&analyst, COUNT).await, ["5|294.00"]);
    // A role that may not read a table does not open it for another one's policy.
    let unknown = shop.session(&["no such role"], &["south"]);
    assert!(refusal(&unknown, COUNT).await.contains("not found"));
}

#[tokio::test]
async fn what_a_policy_cannot_judge_does_not_exist() {
    let shop = Shop::new(ROLES).await;
    let north = shop.session(&["regional"], &["north"]);
    // It is left alone by name.
    assert_eq!(rows(&north, "select count(*) from customers").await, ["3"]);
    // It has no region.
    let error = refusal(&north, "select * from products").await;
    assert!(
        error.contains("'tributary.public.products' not found"),
        "{error}"
    );
}

#[tokio::test]
async fn a_view_of_a_report_is_filtered_where_it_has_the_columns() {
    let shop = Shop::new(ROLES).await;
    let north = shop.session(&["regional"], &["north"]);
    for (sql, expected) in [
        ("select count(*) from south.orders", "2"),
        // The view below has the column.
        ("select total from south.totals", "30.00"),
        ("select measure(revenue) from south.metrics", "30.00"),
        (
            "select region, measure(orders) from south.metrics group by region",
            "north|2",
        ),
        (
            "select measure(orders) from south.metrics where region = 'south'",
            "0",
        ),
    ] {
        assert_eq!(rows(&north, sql).await, [expected], "{sql}");
    }
    // Nothing on its way to the table tells whose its rows are.
    let error = refusal(&north, "select * from south.currencies").await;
    assert!(error.contains("not found"), "{error}");
    let all = rows(&shop.local(), "select * from south.currencies").await;
    assert_eq!(all, ["EUR|4", "USD|1"]);
}

#[tokio::test]
async fn a_right_to_a_view_needs_none_to_its_tables() {
    let roles = "[reader]\nread = ['south.*']";
    let shop = Shop::new(roles).await;
    let reader = shop.session(&["reader"], &[]);
    assert_eq!(
        rows(&reader, "select total from south.totals").await,
        ["294.00"]
    );
    assert!(refusal(&reader, COUNT).await.contains("not found"));
}

const FILTERS: [&str; 5] = [
    "region = current_attribute('region')",
    "total < 50",
    "region is null or total > 80",
    "customer_id in ('c-1', 'c-3')",
    "ordered_at >= timestamp '2026-08-03T00:00:00Z' and has_role('a')",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The rows of a user are those for which one of the roles has all its policies met.
    #[test]
    fn roles_add_and_policies_of_a_role_restrict(
        a in proptest::collection::vec(0..FILTERS.len(), 1..3),
        b in proptest::collection::vec(0..FILTERS.len(), 1..3),
        has in proptest::sample::subsequence(vec!["a", "b"], 1..=2),
        predicate in proptest::sample::select(vec!["true", "total >= 20", "note like '%note%'", "region = 'south'"]),
    ) {
        let role = |name: &str, filters: &[usize]| {
            let rows = filters.iter().map(|idx| format!("{{ filter = \"{}\" }}", FILTERS[*idx]));
            let rows = rows.collect::<Vec<_>>().join(", ");
            format!("[{name}]\nread = ['orders']\nrows = [{rows}]\n")
        };
        let condition = |filters: &[usize]| {
            let filters = filters.iter().map(|idx| format!("coalesce({}, false)", FILTERS[*idx]));
            filters.collect::<Vec<_>>().join(" and ")
        };
        let both = [("a", &a), ("b", &b)];
        let conditions: Vec<_> = both.iter().filter(|(name, _)| has.contains(name)).map(|(_, it)| format!("({})", condition(it))).collect();
        // What the functions answer for the user, as constants.
        let expected = conditions.join(" or ")
            .replace("current_attribute('region')", "'south'")
            .replace("has_role('a')", if has.contains(&"a") { "true" } else { "false" });
        Runtime::new().unwrap().block_on(async {
            let shop = Shop::new(&format!("{}{}", role("a", &a), role("b", &b))).await;
            let user = shop.session(&has, &["south"]);
            let seen = answer(&user, &format!("select order_id from orders where {predicate}")).await;
            let expected = format!("select order_id from orders where ({expected}) and {predicate}");
            let expected = answer(&shop.local(), &expected).await;
            prop_assert!(expected.is_ok(), "{expected:?}");
            prop_assert_eq!(seen, expected);
            Ok(())
        })?;
    }
}
