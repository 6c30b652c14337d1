//! A page for each function that Tributary adds: its documentation in the code, whose example is
//! run.

use std::collections::BTreeMap;

use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch},
        util::{display::FormatOptions, pretty::pretty_format_batches_with_options},
    },
    execution::SessionStateBuilder,
    logical_expr::Documentation,
};
use futures::TryStreamExt;
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    query::{statement, table_functions::documented_table_functions},
};

use super::pages::{self, row, table};

const FOLDER: &str = "docs/functions";
const GENERATED: &str = "<!-- Generated from the code: see docs/architecture.md. -->\n";
/// The parts of a description, after the question it answers.
const LABELS: [&str; 3] = ["Returns", "NULL", "Errors"];

#[tokio::test(flavor = "multi_thread")]
async fn function_pages_are_what_the_code_says() {
    let folder = TempDir::new().unwrap();
    let engine = empty_engine(&folder).await;
    let functions = functions(&engine.session());
    let mut written = vec![(format!("{FOLDER}/README.md"), index(&functions))];
    for function in &functions {
        check_form(function);
        for example in examples(function) {
            example.check(function.name(), &engine).await;
        }
        written.push((format!("{FOLDER}/{}.md", function.name()), page(function)));
    }
    pages::keep_folder_current(FOLDER, &written);
}

/// What users read in SQL is what the pages say.
#[tokio::test(flavor = "multi_thread")]
async fn routines_have_the_documentation() {
    let folder = TempDir::new().unwrap();
    let session = empty_engine(&folder).await.session();
    let sql = "select routine_name, description, syntax_example from information_schema.routines";
    let batches = rows(&session, sql).await;
    let listed: BTreeMap<_, _> = batches.iter().flat_map(texts).collect();
    let mut functions = functions(&session);
    functions.retain(|function| function.kind != Kind::Table);
    for function in functions {
        let documentation = &function.documentation;
        let expected = [&documentation.description, &documentation.syntax_example];
        let name = function.name();
        assert_eq!(listed[name].each_ref(), expected, "{name}");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Table,
    Scalar,
    Aggregate,
    Window,
}

struct Function {
    name: String,
    kind: Kind,
    documentation: Documentation,
}

impl Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn new(name: &str, kind: Kind, documentation: Option<&Documentation>) -> Self {
        let documentation = documentation.unwrap_or_else(|| panic!("{name} has no documentation"));
        Self {
            name: name.to_owned(),
            kind,
            documentation: documentation.clone(),
        }
    }
}

async fn empty_engine(folder: &TempDir) -> Engine {
    let config = Config {
        warehouse: Some(folder.path().to_str().unwrap().to_owned()),
        ..Config::default()
    };
    Engine::open(&config, Clock::System).await.unwrap()
}

/// Every function that a session has and DataFusion alone has not, each once.
fn functions(session: &Session) -> Vec<Function> {
    let ours = session.context().state();
    let plain = SessionStateBuilder::new().with_default_features().build();
    let mut functions = Vec::new();
    for (name, it) in ours.scalar_functions() {
        if !plain.scalar_functions().contains_key(name) && name == it.name() {
            functions.push(Function::new(name, Kind::Scalar, it.documentation()));
        }
    }
    for (name, it) in ours.aggregate_functions() {
        if !plain.aggregate_functions().contains_key(name) && name == it.name() {
            functions.push(Function::new(name, Kind::Aggregate, it.documentation()));
        }
    }
    for (name, it) in ours.window_functions() {
        if !plain.window_functions().contains_key(name) && name == it.name() {
            functions.push(Function::new(name, Kind::Window, it.documentation()));
        }
    }
    let documented = documented_table_functions();
    for name in ours.table_functions().keys() {
        let is_known = plain.table_functions().contains_key(name)
            || documented.iter().any(|(known, _)| known == name);
        assert!(is_known, "src/query/table_functions.rs must list {name}");
    }
    for (name, documentation) in documented {
        functions.push(Function::new(name, Kind::Table, Some(documentation)));
    }
    functions.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    functions
}

/// The paragraphs of a description: without a label, and by label.
fn parts(description: &str) -> (Vec<&str>, BTreeMap<&str, &str>) {
    let mut prose = Vec::new();
    let mut labelled = BTreeMap::new();
    for paragraph in description.split("\n\n") {
        match paragraph.split_once(": ") {
            Some((label, text)) if LABELS.contains(&label) => {
                labelled.insert(label, text);
            }
            _ => prose.push(paragraph.trim()),
        }
    }
    (prose, labelled)
}

fn check_form(function: &Function) {
    let name = function.name();
    let (_, labelled) = parts(&function.documentation.description);
    for label in LABELS {
        assert!(
            labelled.contains_key(label),
            "the documentation of {name} must have a paragraph that begins with {label}:"
        );
    }
    assert!(
        !examples(function).is_empty(),
        "the documentation of {name} must have a ```sql example"
    );
}

/// Statements after `> `, and the rows that the last of them returns.
struct Example {
    sql: String,
    result: String,
}

fn examples(function: &Function) -> Vec<Example> {
    let written = function.documentation.sql_example.as_deref();
    let blocks = pages::blocks(written.unwrap_or_default(), "sql");
    let examples = blocks.iter().map(|block| {
        let is_sql = |line: &&str| line.starts_with("> ") || line.starts_with("  ");
        let (sql, result): (Vec<_>, Vec<_>) = block.lines().partition(is_sql);
        let sql = sql.iter().map(|line| &line[2..]).collect::<Vec<_>>();
        Example {
            sql: sql.join("\n"),
            result: result.join("\n"),
        }
    });
    examples.collect()
}

impl Example {
    async fn check(&self, function: &str, engine: &Engine) {
        let batches = rows(&engine.session(), &self.sql).await;
        let options = FormatOptions::new().with_null("NULL");
        let returned = pretty_format_batches_with_options(&batches, &options).unwrap();
        assert_eq!(
            returned.to_string(),
            self.result,
            "the example of {function} returns other rows:\n{returned}"
        );
    }
}

/// The rows of the last statement.
async fn rows(session: &Session, sql: &str) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for statement in statement::parse(sql).unwrap() {
        let planned = session.plan(statement).await.unwrap();
        let stream = session.execute(planned).await.unwrap();
        batches = stream.try_collect().await.unwrap();
    }
    batches
}

/// A name and two texts about it.
fn texts(batch: &RecordBatch) -> Vec<(String, [String; 2])> {
    let text = |column: usize, row: usize| {
        let column = batch.column(column).as_string::<i32>();
        match column.is_null(row) {
            true => String::new(),
            false => column.value(row).to_owned(),
        }
    };
    (0..batch.num_rows())
        .map(|row| (text(0, row), [text(1, row), text(2, row)]))
        .collect()
}

fn page(function: &Function) -> String {
    let it = &function.documentation;
    let (prose, labelled) = parts(&it.description);
    let mut prose = prose.into_iter();
    let question = prose.next().unwrap_or_default();
    let syntax = std::iter::once(&it.syntax_example);
    let syntax: Vec<_> = syntax
        .chain(it.alternative_syntax.iter().flatten())
        .map(String::as_str)
        .collect();
    let mut page = format!(
        "{GENERATED}\n# `{}`\n\n{question}\n\n```text\n{}\n```\n",
        function.name(),
        syntax.join("\n")
    );
    for paragraph in prose {
        page.push_str(&format!("\n{paragraph}\n"));
    }
    if let Some(arguments) = &it.arguments {
        let arguments = arguments
            .iter()
            .map(|(name, meaning)| row(&[&format!("`{name}`"), meaning]));
        let arguments = table(&["argument", "is"], arguments);
        page.push_str(&format!("\n## Arguments\n\n{arguments}"));
    }
    page.push_str("\n## Result\n");
    for label in LABELS {
        page.push_str(&format!("\n**{label}**: {}\n", labelled[label]));
    }
    page.push_str("\n## Example\n");
    for Example { sql, result } in examples(function) {
        page.push_str(&format!("\n```sql\n{sql}\n```\n\n```text\n{result}\n```\n"));
    }
    if let Some(related) = &it.related_udfs {
        let related = related.iter().map(|name| format!("[`{name}`]({name}.md)"));
        let related = related.collect::<Vec<_>>().join(", ");
        page.push_str(&format!("\nSee also {related}.\n"));
    }
    with_links(&page)
}

/// Pages that are named in code become links.
fn with_links(page: &str) -> String {
    let mut linked = page.to_owned();
    for other in pages::all() {
        let link = match other.strip_prefix("docs/") {
            Some(beside) => format!("[`{other}`](../{beside})"),
            None => format!("[`{other}`](../../{other})"),
        };
        linked = linked.replace(&format!("`{other}`"), &link);
    }
    linked
}

fn index(functions: &[Function]) -> String {
    let mut page = format!(
        "{GENERATED}\n# Functions\n\n\
         What Tributary adds to [the functions of DataFusion]\
         (https://datafusion.apache.org/user-guide/sql/scalar_functions.html). The functions of \
         values, and their arguments, are also listed by SQL:\n\n\
         ```sql\n\
         select routine_name, syntax_example, description\n\
         from information_schema.routines\n\
         where routine_name in ('ratio', 'sum_once', 'sessionize');\n\
         ```\n"
    );
    for (kind, title) in [
        (Kind::Table, "In FROM"),
        (Kind::Scalar, "Of the values of a row"),
        (Kind::Aggregate, "Of the rows of a group"),
        (Kind::Window, "Of the rows of a window"),
    ] {
        let rows = functions.iter().filter(|it| it.kind == kind).map(|it| {
            let (prose, _) = parts(&it.documentation.description);
            let name = it.name();
            row(&[&format!("[`{name}`]({name}.md)"), prose[0]])
        });
        let rows = table(&["function", "answers"], rows);
        page.push_str(&format!("\n## {title}\n\n{rows}"));
    }
    page
}
