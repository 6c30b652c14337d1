use proptest::{
    collection::vec,
    prelude::{ProptestConfig, proptest},
};
use tokio::runtime::Runtime;

use crate::affected::{
    shop::{Change, Shop, change},
    views::VIEWS,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn what_is_refreshed_is_what_would_be_computed(
        first in vec(change(), 10..40),
        steps in vec(vec(change(), 0..6), 1..4),
        views in proptest::sample::subsequence(Vec::from_iter(0..VIEWS.len()), 5),
    ) {
        Runtime::new().unwrap().block_on(follow(first, steps, &views));
    }
}

async fn follow(first: Vec<Change>, steps: Vec<Vec<Change>>, views: &[usize]) {
    let mut shop = Shop::new().await;
    shop.apply(first).await;
    shop.optimize().await;
    for view in views {
        let sql = VIEWS[*view].1;
        shop.run(&format!(
            "create materialized view mine.view_{view} partitioned by (date) as {sql}"
        ))
        .await;
    }
    for changes in std::iter::once(vec![]).chain(steps) {
        shop.apply(changes.clone()).await;
        for view in views {
            shop.run(&format!("refresh materialized view mine.view_{view}"))
                .await;
            let name = VIEWS[*view].0;
            let select = format!("select * from mine.view_{view}");
            let mut stored = shop.run(&select).await;
            let plan = shop.run(&format!("explain {select}")).await.join("\n");
            assert!(plan.contains("stored at"), "{name} is computed: {plan}");
            shop.run("set tributary.max_staleness = '0 seconds'").await;
            let mut computed = shop.run(&select).await;
            shop.run("reset tributary.max_staleness").await;
            stored.sort();
            computed.sort();
            assert_eq!(stored, computed, "{name} after {changes:?}");
        }
    }
}
