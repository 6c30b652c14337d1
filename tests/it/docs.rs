//! Every SQL example of the documentation runs, on the sample shop.

use std::{fs, path::Path};

use futures::TryStreamExt;
use tributary::query::statement;

use crate::sample_shop::SampleShop;

const PAGES: [&str; 6] = [
    "README.md",
    "docs/data-health.md",
    "docs/metric-views.md",
    "docs/reports.md",
    "docs/sql.md",
    "udfs/README.md",
];

/// Examples that return nothing show nothing, so each must have rows on the sample.
#[tokio::test(flavor = "multi_thread")]
async fn sql_examples_return_rows() {
    let shop = SampleShop::open(0.1).await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut examples = 0;
    for page in PAGES {
        for example in sql_blocks(&fs::read_to_string(root.join(page)).unwrap()) {
            let session = shop.session();
            let mut rows = 0;
            for statement in statement::parse(&example).unwrap() {
                let planned = session.plan(statement).await;
                let planned = planned.unwrap_or_else(|error| panic!("{page}: {error}\n{example}"));
                let result = session.execute(planned).await.unwrap();
                let batches: Vec<_> = result.try_collect().await.unwrap();
                rows = batches.iter().map(|batch| batch.num_rows()).sum();
            }
            assert!(rows > 0, "{page}: no rows from\n{example}");
            examples += 1;
        }
    }
    assert!(examples >= 8, "only {examples} examples were found");
}

fn sql_blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```sql" {
            let block: Vec<_> = lines
                .by_ref()
                .take_while(|line| line.trim() != "```")
                .collect();
            blocks.push(block.join("\n"));
        }
    }
    blocks
}
