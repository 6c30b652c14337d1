//! What the columns of shipped views mean, for clients that show it beside them.
//!
//! `queries/<schema>/glossary.toml` says it once for a schema; an exception names its view, the
//! metric view of the schema lends its words to columns of the same names, and `base` lends its
//! words to every report. The pages below docs/reports/ say the same by the same rules.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::{definitions::Definitions, view::Body};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/queries");
static GLOSSARIES: LazyLock<HashMap<&str, Glossary>> = LazyLock::new(|| {
    let folders = SHIPPED.dirs().filter_map(|folder| {
        let schema = folder.path().to_str()?;
        let file = folder.get_file(folder.path().join("glossary.toml"))?;
        // The pages are written from the same file, by a test that fails on a malformed one.
        let glossary = toml::from_str(file.contents_utf8()?).ok()?;
        Some((schema, glossary))
    });
    folders.collect()
});

/// The schema whose words hold in every report.
const BASE: &str = "base";

#[derive(Debug, Default, Deserialize)]
struct Glossary {
    #[serde(default)]
    columns: BTreeMap<String, Written>,
    #[serde(default)]
    views: BTreeMap<String, BTreeMap<String, Written>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Meaning(String),
    Measured { meaning: String },
}

impl Written {
    fn meaning(&self) -> &str {
        match self {
            Self::Meaning(meaning) | Self::Measured { meaning } => meaning,
        }
    }
}

/// What a column of a view means; `None` where nothing is written of it.
pub fn meaning(
    definitions: &Definitions,
    schema: &str,
    view: &str,
    column: &str,
) -> Option<String> {
    let of_view = |schema| {
        let written: Option<&Written> = glossary(schema)?.views.get(view)?.get(column);
        written.map(|it| it.meaning().to_owned())
    };
    let of_schema = |schema| {
        let written: Option<&Written> = glossary(schema)?.columns.get(column);
        written.map(|it| it.meaning().to_owned())
    };
    of_view(schema)
        .or_else(|| of_view(BASE))
        .or_else(|| of_schema(schema))
        .or_else(|| of_metric_view(definitions, schema, column))
        .or_else(|| of_schema(BASE))
}

fn glossary(schema: &str) -> Option<&'static Glossary> {
    GLOSSARIES.get(schema)
}

fn of_metric_view(definitions: &Definitions, schema: &str, column: &str) -> Option<String> {
    let mut metrics = definitions
        .views(schema)
        .filter_map(|view| match &view.body {
            Body::Metrics(metrics) => Some(metrics),
            Body::Query(_) => None,
        });
    metrics.find_map(|metrics| {
        let dimensions = metrics.dimensions.iter();
        let mut dimensions = dimensions.map(|it| (it.name.as_str(), it.comment.as_ref()));
        let mut measures = metrics
            .measures
            .iter()
            .map(|it| (it.name.as_str(), it.comment.as_ref()));
        let is_it = |(name, _): &(&str, Option<&String>)| *name == column;
        let found = dimensions.find(is_it).or_else(|| measures.find(is_it));
        found.and_then(|(_, comment)| comment.cloned())
    })
}
