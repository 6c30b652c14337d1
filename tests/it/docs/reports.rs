//! A page for each schema of views: what is written by hand stays, and what the definitions say is
//! put between the marks.

mod definition;
mod page;

use definition::Schema;

use super::pages;

const FOLDER: &str = "docs/reports";

#[tokio::test(flavor = "multi_thread")]
async fn report_pages_are_what_the_definitions_say() {
    let schemas = definition::schemas().await;
    let mut written = Vec::new();
    let mut titles = Vec::new();
    for schema in &schemas {
        let path = format!("{FOLDER}/{}.md", schema.name);
        let text = pages::read(&path).unwrap_or_else(|| page::skeleton(&schema.name));
        titles.push((schema, page::title(&path, &text)));
        let text = pages::with_section(&path, &text, "source", &page::source(schema));
        let text = pages::with_section(&path, &text, "definitions", &page::definitions(schema));
        check_examples(schema, &path, &text);
        written.push((path, text));
    }
    let path = format!("{FOLDER}/README.md");
    let index = pages::read(&path).unwrap();
    let index = pages::with_section(&path, &index, "reports", &page::list(&titles));
    written.push((path, index));
    pages::keep_folder_current(FOLDER, &written);
}

/// A report shows each way to use it.
fn check_examples(schema: &Schema, path: &str, text: &str) {
    if schema.views.iter().all(|view| view.metrics.is_none()) {
        return;
    }
    let examples = [pages::blocks(text, "sql"), pages::blocks(text, "sh")].concat();
    for (use_of, mark) in [
        ("a period", "where period = "),
        ("the metric view", "measure("),
        ("a parameter", "set tributary.param."),
        ("an export", "--format csv"),
    ] {
        let is_shown = examples.iter().any(|example| example.contains(mark));
        assert!(is_shown, "{path} must have an example of {use_of}: {mark}");
    }
}
