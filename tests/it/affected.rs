//! No day that changed is missed, whatever changed and whatever the view does with it.

// A shop whose rows come late, change and go.
pub(crate) mod shop;
// Queries of every shape that is followed.
pub(crate) mod views;

use std::sync::Arc;

use proptest::{
    collection::vec,
    prelude::{ProptestConfig, proptest},
};
use tokio::runtime::Runtime;
use tributary::materialize::affected::Affected;

use shop::{Change, Shop, change};
use views::VIEWS;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn every_day_that_changed_is_affected(
        first in vec(change(), 20..60),
        steps in vec(vec(change(), 1..8), 1..4),
    ) {
        Runtime::new().unwrap().block_on(follow(first, steps));
    }
}

async fn follow(first: Vec<Change>, steps: Vec<Vec<Change>>) {
    let mut shop = Shop::new().await;
    shop.apply(first).await;
    shop.optimize().await;
    let mut before = shop.pins().await;
    for changes in steps {
        shop.apply(changes.clone()).await;
        let after = shop.pins().await;
        for (name, sql) in VIEWS {
            let (old, new) = (shop.plan(sql, &before).await, shop.plan(sql, &after).await);
            let Affected::Days(affected) = shop.affected(&old, &new).await else {
                panic!("{name}: every version is there");
            };
            let dated: Vec<i32> = affected.iter().copied().flatten().collect();
            let made = shop.rows_of_days(&new, &dated).await;
            let (old, new) = (shop.days(&old).await, shop.days(&new).await);
            for day in dated {
                let (made, whole) = (made.get(&Some(day)), new.get(&Some(day)));
                assert_eq!(made, whole, "{name}: day {day} by itself after {changes:?}");
            }
            for day in old.keys().chain(new.keys()) {
                assert!(
                    old.get(day) == new.get(day) || affected.contains(day),
                    "{name}: day {day:?} changed and is not among {affected:?} after {changes:?}\n\
                     it had {:#?}\nit has {:#?}",
                    old.get(day),
                    new.get(day)
                );
            }
        }
        before = after;
    }
}

/// What is affected must not be everything: each kind of change, and the days that it may reach.
#[test]
fn only_days_that_a_change_can_reach_are_affected() {
    Runtime::new().unwrap().block_on(async {
        let mut shop = Shop::new().await;
        shop.apply(shop::one_order_a_day(20)).await;
        let cases: &[(&str, Change, &[i32])] = &[
            (
                "refunds",
                Change::Adjustment {
                    id: 1,
                    order: 3,
                    day: 17,
                    amount: -1,
                },
                &[3],
            ),
            (
                "late order",
                Change::Order {
                    id: 40,
                    customer: 1,
                    day: 5,
                    total: 7,
                    test: false,
                },
                &[5],
            ),
            (
                "attributed",
                Change::Activity {
                    id: 9,
                    customer: 2,
                    day: 4,
                    agent: 1,
                },
                &[7],
            ),
            (
                "moved",
                Change::Order {
                    id: 3,
                    customer: 3,
                    day: 9,
                    total: 7,
                    test: false,
                },
                &[3, 9],
            ),
            ("deleted", Change::NoOrder { id: 7 }, &[7]),
        ];
        for (name, change, expected) in cases {
            let before = shop.pins().await;
            shop.apply(vec![change.clone()]).await;
            let after = shop.pins().await;
            let sql = match *name {
                "refunds" => views::REFUNDED,
                "attributed" => views::ATTRIBUTED,
                _ => views::DAILY,
            };
            let expected = expected
                .iter()
                .map(|day| Some(shop::FIRST_DAY + day))
                .collect();
            let (old, new) = (shop.plan(sql, &before).await, shop.plan(sql, &after).await);
            let affected = shop.affected(&old, &new).await;
            assert_eq!(affected, Affected::Days(expected), "{name}");
        }
    });
}

#[test]
fn nothing_is_affected_by_nothing() {
    Runtime::new().unwrap().block_on(async {
        let mut shop = Shop::new().await;
        shop.apply(shop::one_order_a_day(5)).await;
        let pins = Arc::clone(&shop.pins().await);
        for (name, sql) in VIEWS {
            let plan = shop.plan(sql, &pins).await;
            let affected = shop.affected(&plan, &plan).await;
            assert_eq!(affected, Affected::Days([].into()), "{name}");
        }
    });
}
