//! Imports files through a mapping: one commit for each table that they say something of.

use std::path::PathBuf;

use datafusion::{
    common::{Result, plan_err},
    functions_nested::{expr_fn::make_array, position::array_position},
    logical_expr::{LogicalPlanBuilder, expr::Sort, ident, lit},
    sql::{parser::Statement as Parsed, sqlparser::ast},
};

use super::{Mapping, Statement};
use crate::{
    engine::{Engine, Planned, Session},
    query::statement,
    warehouse::import::{
        ImportSummary, MappedFiles, MappedRequest, SOURCE_FILE, SOURCE_ROW, SourceTable, Watch,
        import_mapped, place_columns,
    },
};

/// What statements call the files.
const SOURCE: &str = "source";

/// One run of an import through a mapping.
#[derive(Debug, Clone)]
pub struct MappingRequest {
    /// Local files, folders and patterns; where two rows have one key, the later row wins.
    pub files: Vec<PathBuf>,
    /// Reads files that were imported already and have not changed since.
    pub again: bool,
    /// Reads, checks and counts, but commits nothing.
    pub dry_run: bool,
    /// When the import runs: kept with quarantined values.
    pub imported_at: jiff::Timestamp,
}

/// Imports files through a mapping, table by table; each table is one commit.
///
/// Every statement is planned before any is run.
///
/// # Arguments
/// `done`: called after every table, because a later one may fail.
///
/// # Errors
/// As an import of files; an error of a statement, with the name of its file.
pub async fn import_mapping(
    engine: &Engine,
    mapping: &Mapping,
    request: &MappingRequest,
    watch: &Watch,
    done: &mut (dyn FnMut(&str, &ImportSummary) + Send),
) -> Result<()> {
    let mut files = MappedFiles::list(&request.files).await?;
    let location = engine.warehouse().location();
    let mut unknown = Vec::new();
    for Statement { table, text, .. } in &mapping.statements {
        let session = engine.session();
        let target = (*table, text.as_str());
        let found = files.unknown(session.context(), location, target, request.again);
        unknown.push(found.await?);
    }
    let is_wanted = |file: &usize| unknown.iter().any(|files| files.contains(file));
    let wanted: Vec<usize> = (0..files.count()).filter(is_wanted).collect();
    let schema = files
        .open(&wanted, &mapping.options.optional_columns)
        .await?;

    let mut runs = Vec::new();
    for (statement, unknown) in mapping.statements.iter().zip(&unknown) {
        let planned = match unknown.is_empty() {
            true => None,
            false => {
                let source = files.table(unknown, &schema, Watch::clone(watch))?;
                let session = engine.session();
                let planned = plan(statement, &session, &source).await;
                let planned = planned.map_err(|error| error.context(&statement.file))?;
                Some((session, planned, source))
            }
        };
        runs.push((statement, unknown, planned));
    }
    for (statement, unknown, planned) in runs {
        let Some((session, planned, source)) = planned else {
            let summary = ImportSummary {
                skipped_files: files.count() as u64,
                ..ImportSummary::default()
            };
            done(statement.table, &summary);
            continue;
        };
        let to = MappedRequest {
            table: statement.table,
            name: &statement.file,
            statement: &statement.text,
            files: unknown,
            dry_run: request.dry_run,
            imported_at: request.imported_at,
        };
        let imported = async {
            let rows = session.execute(planned).await?;
            import_mapped(session.context(), location, &files, to, (source, rows)).await
        };
        let summary = imported.await;
        let summary = summary.map_err(|error| error.context(&statement.file))?;
        done(statement.table, &summary);
    }
    Ok(())
}

/// Plans a statement over files; its rows come in the order of the files and of their rows.
async fn plan(statement: &Statement, session: &Session, source: &SourceTable) -> Result<Planned> {
    session
        .context()
        .register_table(SOURCE, source.provider())?;
    sorted(planned_query(&statement.text, session).await?, source)
}

async fn planned_query(text: &str, session: &Session) -> Result<Planned> {
    let mut statements = statement::parse(text)?;
    let count = statements.len();
    match statements.pop() {
        Some(statement) if count == 1 && is_query(&statement) => session.plan(statement).await,
        _ => plan_err!(
            "expected one SELECT over the table {SOURCE}, got {count} statements or another"
        ),
    }
}

fn is_query(statement: &statement::Statement) -> bool {
    match statement {
        statement::Statement::Sql(Parsed::Statement(statement)) => {
            matches!(**statement, ast::Statement::Query(_))
        }
        _ => false,
    }
}

/// The result in the order in which a later row wins.
fn sorted(mut planned: Planned, source: &SourceTable) -> Result<Planned> {
    place_columns(planned.plan.schema().as_arrow())?;
    let names: Vec<&str> = source.file_names().collect();
    let file = match names.is_sorted() {
        true => ident(SOURCE_FILE),
        false => {
            let names = make_array(names.into_iter().map(lit).collect());
            array_position(names, ident(SOURCE_FILE), lit(1_i64))
        }
    };
    let order: Vec<Sort> = vec![file.sort(true, false), ident(SOURCE_ROW).sort(true, false)];
    let plan = std::mem::take(&mut planned.plan);
    planned.plan = LogicalPlanBuilder::from(plan).sort(order)?.build()?;
    Ok(planned)
}
