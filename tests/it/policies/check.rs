//! What an operator learns of roles before anybody has them.

use super::shop::Shop;

#[tokio::test]
async fn every_role_says_what_it_can_read_and_what_not() {
    let roles = "
[north]
read = ['orders', 'customers', 'south.*']
rows = [{ filter = \"region = 'north'\" }]

[broken]
read = ['orders', 'customers']
rows = [{ on = ['orders'], filter = 'no_such_function(region)' }]
";
    let shop = Shop::new(roles).await;
    let findings = shop.engine().check_roles().await.unwrap();
    let names = |names: &[tributary::query::view::ViewName]| {
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let [broken, north] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!((&*broken.role, &*north.role), ("broken", "north"));
    let readable = ["orders", "south.metrics", "south.orders", "south.totals"];
    assert_eq!(names(&north.readable), readable);
    assert_eq!(names(&north.hidden), ["customers", "south.currencies"]);
    assert!(north.broken.is_empty());
    assert_eq!(names(&broken.readable), ["customers"]);
    let (name, error) = &broken.broken[0];
    assert_eq!(name.to_string(), "orders");
    let error = error.to_string();
    assert!(
        error.contains("security.roles.broken") && error.contains("no_such_function"),
        "{error}"
    );
}
