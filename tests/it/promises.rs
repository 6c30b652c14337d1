//! Every view and column that `docs/promises.md` names is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::sample_shop::SampleShop;

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_names_a_column_that_is_there() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promises.md");
    let page = fs::read_to_string(page).unwrap();
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("promises"))
    {
        let mut quoted = row.split('`').skip(1).step_by(2).peekable();
        assert!(quoted.peek().is_some(), "nothing delivers {row}");
        for name in quoted.filter(|name| !name.contains(' ')) {
            let mut parts = name.splitn(3, '.');
            let (Some(schema), Some(view)) = (parts.next(), parts.next()) else {
                continue;
            };
            let columns = named.entry(format!("{schema}.{view}")).or_default();
            columns.extend(parts.next().map(str::to_owned));
        }
    }
    let shop = SampleShop::open(0.1).await;
    let session = shop.session();
    for (view, columns) in &named {
        let schema = session
            .columns(&format!("select * from {view} limit 0"))
            .await;
        let schema = schema.unwrap_or_else(|error| panic!("{view}: {error}"));
        for column in columns {
            assert!(schema.field_with_name(column).is_ok(), "{view}.{column}");
        }
    }
    assert!(named.len() > 30, "only {} views were found", named.len());
}
