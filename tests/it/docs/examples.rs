//! Every SQL example of every page runs, on the sample shop.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        datatypes::UInt64Type,
    },
    common::Result,
};
use futures::TryStreamExt;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    query::statement,
};

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

/// Examples that write do so in a warehouse of their own.
#[tokio::test(flavor = "multi_thread")]
async fn sql_examples_that_write_write_rows() {
    let mut count = 0;
    for page in pages::all() {
        for example in pages::blocks(&pages::read(&page).unwrap(), "sql write") {
            let folder = TempDir::new().unwrap();
            let config = Config {
                warehouse: Some(folder.path().to_str().unwrap().to_owned()),
                ..Config::default()
            };
            let engine = Engine::open(&config, Clock::System).await.unwrap();
            let rows = last_rows(&engine.session(), &example).await;
            let rows = rows.unwrap_or_else(|error| panic!("{page}: {error}\n{example}"));
            let written = rows[0].column(0).as_primitive::<UInt64Type>().value(0);
            assert!(written > 0, "{page}: no rows from\n{example}");
            count += 1;
        }
    }
    assert!(count > 0, "no example writes");
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
    let rows = last_rows(&shop.session(), example).await?;
    Ok(rows.iter().map(RecordBatch::num_rows).sum())
}

/// The rows of the last statement.
async fn last_rows(session: &Session, example: &str) -> Result<Vec<RecordBatch>> {
    let mut rows = Vec::new();
    for statement in statement::parse(example)? {
        let planned = session.plan(statement).await?;
        rows = session.execute(planned).await?.try_collect().await?;
    }
    Ok(rows)
}
