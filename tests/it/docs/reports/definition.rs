//! What the definitions and glossaries say of each schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::{Field, Fields},
    catalog::TableProvider,
    common::Result,
    datasource::MemTable,
    sql::{parser::Statement, resolve::resolve_table_references, sqlparser::ast},
};
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    query::{
        catalog::metric_view,
        definitions::Definitions,
        metric_view::Metrics,
        view::{Body, View, ViewName},
        view_text::ViewText,
    },
    warehouse::contract::Table,
};

use super::super::{
    glossary::{Glossary, Meaning, Written, unit_of_measure},
    sql_types::sql_name,
};

/// The schema whose words every other one may use.
const BASE: &str = "base";
/// The name of a report's metric view.
const METRICS: &str = "metrics";

pub(super) struct Schema {
    pub(super) name: String,
    /// Vendor and title of the page that the report is after.
    pub(super) source: Option<String>,
    pub(super) required_tables: BTreeSet<String>,
    pub(super) optional_tables: BTreeSet<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) views: Vec<ViewPage>,
}

pub(super) struct Parameter {
    pub(super) key: String,
    pub(super) data_type: String,
    pub(super) default: String,
    pub(super) choices: Vec<String>,
    pub(super) meaning: String,
}

pub(super) struct ViewPage {
    pub(super) name: String,
    pub(super) question: String,
    pub(super) grain: String,
    /// Keys of the parameters that change it, its own or those of what it reads.
    pub(super) parameters: BTreeSet<String>,
    pub(super) columns: Vec<Column>,
    pub(super) metrics: Option<Metrics>,
}

pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: String,
    pub(super) meaning: Meaning,
    pub(super) additivity: Option<String>,
}

/// Reads every schema; panics with all that glossaries lack.
pub(super) async fn schemas() -> Vec<Schema> {
    let folder = TempDir::new().unwrap();
    let session = empty_session(&folder).await;
    let definitions = session.definitions();
    let names = definitions.schemas().map(str::to_owned);
    let mut reading = Reading {
        glossaries: names.map(|it| (it.clone(), Glossary::of(&it))).collect(),
        definitions: &definitions,
        wrong: Vec::new(),
    };
    let mut schemas = Vec::new();
    for name in definitions.schemas() {
        schemas.push(reading.schema(&session, name).await);
    }
    for (schema, glossary) in &reading.glossaries {
        for entry in glossary.unused() {
            let file = format!("queries/{schema}/glossary.toml");
            reading
                .wrong
                .push(format!("{file}: nothing is named {entry}: remove it"));
        }
    }
    assert!(reading.wrong.is_empty(), "{}", reading.wrong.join("\n"));
    schemas
}

/// A session in which every fact table is there and empty: enough to plan.
async fn empty_session(folder: &TempDir) -> Session {
    let config = Config {
        warehouse: Some(folder.path().to_str().unwrap().to_owned()),
        ..Config::default()
    };
    let engine = Engine::open(&config, Clock::System).await.unwrap();
    let session = engine.session();
    for table in Table::all() {
        let rows = MemTable::try_new(table.schema(), vec![vec![]]).unwrap();
        let context = session.context();
        context.register_table(table.name, Arc::new(rows)).unwrap();
    }
    session
}

struct Reading<'a> {
    glossaries: BTreeMap<String, Glossary>,
    definitions: &'a Definitions,
    wrong: Vec<String>,
}

impl Reading<'_> {
    async fn schema(&mut self, session: &Session, schema: &str) -> Schema {
        let definitions = self.definitions;
        let measures = match definitions.get(schema, METRICS) {
            Some(view) => fields(session, view).await,
            None => Fields::empty(),
        };
        let mut views = Vec::new();
        let mut tables = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for view in definitions.views(schema) {
            let read = self.everything_read(view);
            tables.extend(read.tables);
            keys.extend(read.parameters.iter().cloned());
            let fields = fields(session, view).await;
            views.push(ViewPage {
                name: view.name.clone(),
                question: view.comment.question.clone().unwrap_or_default(),
                grain: view.comment.grain.clone().unwrap_or_default(),
                parameters: read.parameters,
                columns: self.columns(view, &fields, &measures),
                metrics: match &view.body {
                    Body::Metrics(metrics) => Some(metrics.as_ref().clone()),
                    Body::Query(_) => None,
                },
            });
        }
        // What sums it up comes first.
        views.sort_by_key(|view| view.name != "overview");
        let is_optional = |table: &String| Table::named(table).is_some_and(|it| it.optional);
        let (optional_tables, required_tables) = tables.into_iter().partition(is_optional);
        let mut comments = definitions.views(schema).map(|view| &view.comment);
        let source = comments.find_map(|comment| comment.source.clone());
        let parameters = keys.iter().filter_map(|key| self.parameter(key));
        let mut parameters: Vec<_> = parameters.collect();
        parameters.sort_by_key(|parameter| !parameter.key.starts_with(&format!("{schema}.")));
        Schema {
            name: schema.to_owned(),
            source,
            required_tables,
            optional_tables,
            parameters,
            views,
        }
    }

    fn columns(&mut self, view: &View, fields: &Fields, measures: &Fields) -> Vec<Column> {
        let mut columns = Vec::new();
        for field in fields {
            let measure = measures
                .find(field.name())
                .map(|(_, measure)| measure.as_ref());
            match self.meaning(view, field, measure) {
                Ok(meaning) => columns.push(Column {
                    name: field.name().clone(),
                    data_type: sql_name(field.data_type()),
                    meaning,
                    additivity: field.metadata().get("tributary.additivity").cloned(),
                }),
                Err(wrong) => self.wrong.push(format!(
                    "queries/{}/glossary.toml: {} of {}.{}: {wrong}",
                    view.schema,
                    field.name(),
                    view.schema,
                    view.name
                )),
            }
            self.check_currency(view, field, fields);
        }
        columns
    }

    /// The words of the view, of the schema, of its metric view, or of `base`.
    fn meaning(
        &self,
        view: &View,
        field: &Field,
        measure: Option<&Field>,
    ) -> std::result::Result<Meaning, String> {
        let name = field.name();
        let own = &self.glossaries[&view.schema];
        let base = &self.glossaries[BASE];
        let comment = measure.and_then(|it| it.metadata().get("tributary.description"));
        let comment = comment.map(|comment| Written::Meaning(comment.clone()));
        if comment.is_some() && own.columns.contains_key(name) {
            return Err(format!("{METRICS}.sql says what it means: say it once"));
        }
        let general = own.columns.get(name);
        if general.is_some() && view.schema != BASE && general == base.columns.get(name) {
            return Err(format!("queries/{BASE} says the same: say it once"));
        }
        let exception = own.of_view(&view.name, name);
        if exception.is_some() && exception == general {
            return Err(format!(
                "columns says what views.{} says: say it once",
                view.name
            ));
        }
        let exception = exception.or_else(|| base.of_view(&view.name, name));
        let written = exception
            .or_else(|| own.of_column(name))
            .or(comment.as_ref())
            .or_else(|| base.of_column(name))
            .ok_or("its meaning is missing")?;
        let hint = measure.filter(|_| exception.is_none());
        written.of(field, hint.and_then(unit_of_measure))
    }

    fn check_currency(&mut self, view: &View, field: &Field, fields: &Fields) {
        let own = &self.glossaries[&view.schema];
        let written = own.of_view(&view.name, field.name());
        let written = written.or_else(|| own.columns.get(field.name()));
        if let Some(currency) = written.and_then(Written::currency)
            && fields.find(currency).is_none()
        {
            self.wrong.push(format!(
                "queries/{}/glossary.toml: {} of {}: there is no column {currency}",
                view.schema,
                field.name(),
                view.name
            ));
        }
    }

    fn parameter(&mut self, key: &str) -> Option<Parameter> {
        let (schema, name) = key.split_once('.')?;
        let definitions = self.definitions;
        let mut parameters = definitions.views(schema).flat_map(|view| &view.parameters);
        let parameter = parameters.find(|parameter| parameter.name == name)?;
        let Some(meaning) = self.glossaries[schema].parameter(name) else {
            self.wrong.push(format!(
                "queries/{schema}/glossary.toml: parameters lacks {name}"
            ));
            return None;
        };
        Some(Parameter {
            key: key.to_owned(),
            data_type: parameter.data_type.to_string().to_uppercase(),
            default: parameter.default.to_string(),
            choices: parameter.choices.clone().unwrap_or_default(),
            meaning: meaning.to_owned(),
        })
    }

    /// What a view reads, through other views.
    fn everything_read(&self, view: &View) -> Read {
        let mut read = Read::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![view];
        while let Some(view) = open.pop() {
            if !seen.insert((view.schema.clone(), view.name.clone())) {
                continue;
            }
            let keys = view.parameters.iter();
            let keys = keys.map(|parameter| format!("{}.{}", view.schema, parameter.name));
            read.parameters.extend(keys);
            for ViewName { schema, name } in ViewText::of(&view.body).unwrap().names {
                match self.definitions.get(&schema, &name) {
                    Some(view) => open.push(view),
                    None if Table::named(&name).is_some() => {
                        read.tables.insert(name);
                    }
                    None => {}
                }
            }
        }
        read
    }
}

#[derive(Default)]
struct Read {
    parameters: BTreeSet<String>,
    tables: BTreeSet<String>,
}

/// The columns that a client sees.
async fn fields(session: &Session, view: &View) -> Fields {
    let fields = try_fields(session, view).await;
    fields.unwrap_or_else(|error| panic!("{}.{}: {error}", view.schema, view.name))
}

async fn try_fields(session: &Session, view: &View) -> Result<Fields> {
    let View { schema, name, .. } = view;
    let state = session.query_state()?;
    if let Body::Metrics(_) = view.body {
        let name = ViewName {
            schema: schema.clone(),
            name: name.clone(),
        };
        let bound = metric_view(&state, &name).await?.unwrap();
        return Ok(bound.schema().fields().clone());
    }
    let sql = format!("select * from {schema}.{name}");
    let plan = state.create_logical_plan(&sql).await?;
    // Types that the branches of a UNION share are settled by the analyzer.
    let analyzer = state.analyzer();
    let plan = analyzer.execute_and_check(plan, state.config_options(), |_, _| {})?;
    Ok(plan.schema().inner().fields().clone())
}

/// The tables and views that a query reads.
pub(super) fn references(query: &ast::Query) -> Vec<String> {
    let query = ast::Statement::Query(Box::new(query.clone()));
    let query = Statement::Statement(Box::new(query));
    let (references, _) = resolve_table_references(&query, true).unwrap();
    references.iter().map(ToString::to_string).collect()
}
