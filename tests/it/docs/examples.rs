//! Every SQL example of every page runs, on the sample shop.

use std::sync::Arc;

use datafusion::common::Result;
use futures::TryStreamExt;
use tokio::task::JoinSet;
use tributary::query::statement;

use super::pages;
use crate::sample_shop::SampleShop;

/// Examples that return nothing show nothing, so each must have rows on the sample.
#[tokio::test(flavor = "multi_thread")]
async fn sql_examples_return_rows() {
    let shop = Arc::new(SampleShop::open(0.1).await);
    let mut runs = JoinSet::new();
    for page in pages::all() {
        for example in pages::blocks(&pages::read(&page).unwrap(), "sql") {
            let (shop, page) = (Arc::clone(&shop), page.clone());
            runs.spawn(async move { has_rows(&shop, &page, &example).await });
        }
    }
    let count = runs.len();
    let failed: Vec<_> = runs.join_all().await.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(count >= 40, "only {count} examples were found");
}

/// What is wrong with an example, if anything.
async fn has_rows(shop: &SampleShop, page: &str, example: &str) -> Option<String> {
    match row_count(shop, example).await {
        Ok(0) => Some(format!("{page}: no rows from\n{example}")),
        Ok(_) => None,
        Err(error) => Some(format!("{page}: {error}\n{example}")),
    }
}

/// How many rows the last statement returns.
async fn row_count(shop: &SampleShop, example: &str) -> Result<usize> {
    let session = shop.session();
    let mut rows = 0;
    for statement in statement::parse(example)? {
        let planned = session.plan(statement).await?;
        let stream = session.execute(planned).await?;
        let batches: Vec<_> = stream.try_collect().await?;
        rows = batches.iter().map(|batch| batch.num_rows()).sum();
    }
    Ok(rows)
}
