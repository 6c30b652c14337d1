//! What `system.data_health` finds in the sample shop.

use tributary::{engine::Session, sample::planted_cases};

use super::{count, holds};
use crate::{sample_shop::SampleShop, warehouse::shop::rows};

async fn keep(session: &Session, table: &str) {
    let checks = format!("create table {table} as select * from system.data_health");
    rows(session, &checks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_of_the_site_is_what_the_reconciliation_says() {
    let shop = SampleShop::open(0.1).await;
    let session = shop.session();
    keep(&session, "checks").await;
    holds(
        &session,
        "orders and amounts are those of the reconciliation, to the cent",
        "with checks_of as (
             select check, currency, sum(affected) as orders, sum(amount) as amount
             from checks
             where check in ('orders_not_on_site', 'orders_not_in_shop', 'other_amounts', 'other_currencies')
             group by check, currency
         ),
         single as (
             select
                 case
                     when difference = 'not_on_site' then 'orders_not_on_site'
                     when difference = 'not_in_shop' then 'orders_not_in_shop'
                     when site_currency = shop_currency then 'other_amounts'
                     else 'other_currencies'
                 end as check,
                 coalesce(shop_currency, site_currency) as currency,
                 count(*) as orders,
                 sum(case
                     when difference = 'not_in_shop' then site_amount
                     when difference = 'other_amount' and site_currency = shop_currency
                         then site_amount - shop_total
                     else shop_total
                 end) as amount
             from business_performance.reconciliation
             where difference <> 'none'
             group by 1, 2
         )
         select * from checks_of
         full join single on single.check = checks_of.check and single.currency = checks_of.currency
         where coalesce(single.orders, 0) <> coalesce(checks_of.orders, 0)
             or coalesce(single.amount, 0) <> coalesce(checks_of.amount, 0)",
    )
    .await;
    let lost = "checks where check = 'orders_not_on_site' and status = 'warning' and amount > 0";
    assert!(count(&session, lost).await > 2);
    holds(
        &session,
        "clicks are of crawlers, on unknown links, or count",
        "select * from checks as people
         join checks as crawlers on crawlers.check = 'crawlers'
         cross join (select count(*) as valid from business_performance.valid_clicks) as clicks
         where people.check = 'unknown_links'
             and (people.total - people.affected <> clicks.valid
                 or crawlers.total - crawlers.affected <> people.total)",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_can_be_checked_and_sends_every_event() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    keep(&session, "checks").await;
    holds(
        &session,
        "every table is there, has rows, and each row once and up to now",
        "select * from checks
         where status = 'not_checked'
             or (status <> 'ok' and check in ('stored_rows', 'repeated_keys', 'later_rows'))
             or (status <> 'ok' and check in ('event_types', 'missing_rates', 'unknown_customers'))",
    )
    .await;
    assert_eq!(
        count(&session, "checks where check = 'stored_rows'").await,
        18
    );
    assert_eq!(
        count(&session, "checks where check = 'event_types'").await,
        10
    );
    holds(
        &session,
        "an affected row is a warning, and so is an empty table; shares are of the total",
        "select * from checks
         where ((affected > 0) is distinct from (status in ('warning', 'not_instrumented')))
             or affected > total
             or (share is distinct from ratio(affected, total))",
    )
    .await;
}

/// The planted cases alone, whose problems are written down in the sample's README.
#[tokio::test(flavor = "multi_thread")]
async fn each_planted_problem_is_found_once() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    for (table, id) in [
        ("orders", "order_id"),
        ("order_lines", "order_id"),
        ("order_adjustments", "order_id"),
        ("conversations", "conversation_id"),
        ("conversation_status_events", "event_id"),
        ("messages", "message_id"),
        ("tracking_links", "link_id"),
        ("link_clicks", "click_id"),
        ("web_events", "event_id"),
        ("activities", "activity_id"),
    ] {
        let planted = format!(
            "create table {table} as select * from {table} where right({id}, 9) < '000100000'"
        );
        rows(&session, &planted).await;
    }
    keep(&session, "checks").await;
    let planted = planted_cases();
    for (check, situations) in [
        ("crawlers", &["only a crawler clicked"][..]),
        (
            "repeated_purchases",
            &["the thank-you page was loaded twice"],
        ),
        ("assumed_currency", &["a purchase event without a currency"]),
        ("orders_not_in_shop", &["a purchase event without an order"]),
        ("test_orders", &["a test order"]),
        ("unlinked_returns", &["a return ticket that names no sale"]),
        (
            "unheard_conversations",
            &["done without an inbound message"],
        ),
        ("done_by_nobody", &["done by nobody named"]),
        (
            "done_by_automation",
            &["done by the bot only", "done by a rule only"],
        ),
        ("failed_activities", &["only a failed activity"]),
        ("guests", &[]),
        ("clicks_of_nobody", &[]),
        ("unknown_links", &[]),
        ("purchases_of_strangers", &[]),
        ("later_rows", &[]),
    ] {
        for situation in situations {
            let is_planted = planted.iter().any(|case| case.situation == *situation);
            assert!(is_planted, "{situation} is planted no more");
        }
        let found = format!("select sum(affected) from checks where check = '{check}'");
        let expected = situations.len().to_string();
        assert_eq!(rows(&session, &found).await, [expected], "{check}");
    }
    let amounts = "select check, affected, amount, currency from checks
         where check in ('orders_not_in_shop', 'assumed_currency') and affected > 0 order by check";
    let total = "select total from orders where order_id = 'o-000000036'";
    let total = rows(&session, total).await.remove(0);
    assert_eq!(
        rows(&session, amounts).await,
        [
            format!("assumed_currency|1|{total}|USD"),
            "orders_not_in_shop|1|37.03|USD".to_owned()
        ]
    );
}
