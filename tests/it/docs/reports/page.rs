//! What is generated of a page, as text.

use tributary::query::metric_view::Measure;

use super::{
    super::pages::{row, table},
    definition::{Column, Parameter, Schema, ViewPage, references},
};

/// A page for a schema that has none yet.
pub(super) fn skeleton(schema: &str) -> String {
    format!(
        "# `{schema}`\n\n\
         <!-- source: generated -->\n\
         <!-- end of source -->\n\n\
         <!-- definitions: generated -->\n\
         <!-- end of definitions -->\n"
    )
}

/// The heading of a page.
pub(super) fn title(page: &str, text: &str) -> String {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    let heading = heading.unwrap_or_else(|| panic!("{page} must have a heading"));
    heading.to_owned()
}

pub(super) fn source(schema: &Schema) -> String {
    let names = |tables: &mut dyn Iterator<Item = &String>| {
        let names = tables.map(|name| format!("`{name}`"));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    if let Some(source) = &schema.source {
        lines.push(format!("- After the page: {source}"));
    }
    let required = names(&mut schema.required_tables.iter());
    if !required.is_empty() {
        lines.push(format!("- Reads {required}"));
    }
    let optional = names(&mut schema.optional_tables.iter());
    if !optional.is_empty() {
        lines.push(format!("- Reads, where there: {optional}"));
    }
    lines.join("\n")
}

pub(super) fn definitions(schema: &Schema) -> String {
    let mut text = String::new();
    if !schema.parameters.is_empty() {
        text.push_str(&parameters(&schema.parameters));
    }
    let (metrics, views): (Vec<_>, Vec<_>) =
        schema.views.iter().partition(|view| view.metrics.is_some());
    if !views.is_empty() {
        text.push_str(&contents(&views));
    }
    for view in views {
        text.push_str(&heading(schema, view, "###"));
        text.push_str(&columns(&view.columns));
    }
    for view in metrics {
        text.push_str(&metric_view(schema, view));
    }
    text
}

/// The reports and their questions, by the headings of their pages.
pub(super) fn list(titles: &[(&Schema, String)]) -> String {
    let rows = titles.iter().map(|(schema, title)| {
        let name = &schema.name;
        let question = title.split_once(": ").map_or("", |(_, question)| question);
        let source = schema.source.as_deref().unwrap_or("–");
        row(&[&format!("[`{name}`]({name}.md)"), question, source])
    });
    table(&["schema", "question", "after the page"], rows)
}

fn parameters(parameters: &[Parameter]) -> String {
    let rows = parameters.iter().map(|it| {
        let choices = it.choices.iter().map(|choice| format!("`{choice}`"));
        row(&[
            &format!("`{}`", it.key),
            &it.data_type,
            &format!("`{}`", it.default),
            &choices.collect::<Vec<_>>().join(", "),
            &it.meaning,
        ])
    });
    let table = table(
        &["parameter", "type", "default", "choices", "meaning"],
        rows,
    );
    let example = &parameters[0].key;
    format!(
        "## Parameters\n\n\
         `SET tributary.param.{example} = '…'` changes one for the session.\n\n\
         {table}\n"
    )
}

fn contents(views: &[&ViewPage]) -> String {
    let rows = views.iter().map(|view| {
        let name = &view.name;
        row(&[&format!("[`{name}`](#{name})"), &view.question])
    });
    format!("## Views\n\n{}\n", table(&["view", "question"], rows))
}

fn heading(schema: &Schema, view: &ViewPage, level: &str) -> String {
    let mut text = format!(
        "{level} `{}`\n\n{}\n\n**Grain**: {}\n\n",
        view.name, view.question, view.grain
    );
    if !view.parameters.is_empty() {
        let parameters = parameters_of(schema, view);
        text.push_str(&format!("**Parameters**: {parameters}\n\n"));
    }
    text
}

fn parameters_of(schema: &Schema, view: &ViewPage) -> String {
    if view.parameters.len() == schema.parameters.len() {
        return "all".to_owned();
    }
    let own = format!("{}.", schema.name);
    let names = view.parameters.iter().map(|key| {
        let name = key.strip_prefix(&own).unwrap_or(key);
        format!("`{name}`")
    });
    names.collect::<Vec<_>>().join(", ")
}

fn columns(columns: &[Column]) -> String {
    let rows = columns.iter().map(|it| {
        row(&[
            &format!("`{}`", it.name),
            &it.data_type,
            &it.meaning.unit,
            &it.meaning.meaning,
        ])
    });
    format!("{}\n", table(&["column", "type", "unit", "meaning"], rows))
}

fn metric_view(schema: &Schema, view: &ViewPage) -> String {
    let metrics = view
        .metrics
        .as_ref()
        .expect("the caller asked for metric views");
    let facts = metrics.facts.iter().map(|fact| {
        let read = references(&fact.rows);
        let read = read.iter().map(|name| format!("`{name}`"));
        row(&[
            &format!("`{}`", fact.alias),
            &read.collect::<Vec<_>>().join(", "),
            &format!("`{}`", fact.time),
        ])
    });
    let facts = table(&["fact", "rows of", "placed by"], facts);
    let (measures, dimensions): (Vec<_>, Vec<_>) = view
        .columns
        .iter()
        .partition(|column| column.additivity.is_some());
    let dimensions = dimensions.iter().map(|it| {
        let written = metrics
            .dimensions
            .iter()
            .find(|written| written.name == it.name);
        let of = written.into_iter().flat_map(|written| &written.by_fact);
        let of = of.map(|(fact, _)| format!("`{fact}`")).collect::<Vec<_>>();
        row(&[
            &format!("`{}`", it.name),
            &it.data_type,
            &of.join(", "),
            &it.meaning.meaning,
        ])
    });
    let dimensions = table(&["dimension", "type", "of facts", "meaning"], dimensions);
    let measures = measures.iter().map(|it| {
        let written = metrics
            .measures
            .iter()
            .find(|written| written.name == it.name);
        let formula = written.map(formula).unwrap_or_default();
        row(&[
            &format!("`{}`", it.name),
            &format!("`{formula}`"),
            &it.data_type,
            &it.meaning.unit,
            it.additivity.as_deref().unwrap_or_default(),
            &it.meaning.meaning,
        ])
    });
    let head = [
        "measure",
        "formula",
        "type",
        "unit",
        "additivity",
        "meaning",
    ];
    let measures = table(&head, measures);
    let heading = heading(schema, view, "##");
    format!("{heading}{facts}\n{dimensions}\n{measures}\n")
}

/// A measure as its metric view defines it.
fn formula(measure: &Measure) -> String {
    let mut formula = measure.formula.to_string();
    if let Some(fact) = &measure.fact {
        formula.push_str(&format!(" on {fact}"));
    }
    if let Some(query) = &measure.known_when {
        formula.push_str(&format!(" when exists ({query})"));
    }
    formula
}
