//! SQL text to a plan and the schema that clients are told.
//!
//! Prepare, GetFlightInfo and DoGet all come here, so that they announce the same schema. It is
//! derived from the *analyzed* plan: before type coercion a CASE of 1 and 2.5 claims to be an
//! integer, and rows cast to that claim would be wrong without any error.

use std::{sync::Arc, time::Duration};

use datafusion::{
    arrow::datatypes::{DataType, Schema, SchemaRef},
    common::{Result, ScalarValue},
    execution::SendableRecordBatchStream,
    logical_expr::{LogicalPlan, LogicalPlanBuilder, Statement as PlanStatement, ident, lit},
};
use tokio::time::Instant;
use tonic::{Code, Status};

use super::{
    accepted,
    client_settings::{Change, SCHEMA_OPTION, SETTING, Values, apply},
    client_type::client_schema,
    handle::Handle,
    parameters,
    status::{refused, status},
};
use crate::{
    engine::{DEFAULT_SCHEMA_KEY, Planned, Session, Work},
    query::statement::{self, CreateView, Statement},
};

/// Advice for clients that would forget at once what they set.
const NOTHING_KEPT: &str = "this connection keeps no settings: turn on cookies (ADBC: \
    adbc.flight.sql.rpc.with_cookie_middleware), or send headers such as x-tributary-timezone and \
    schema";

const NOTHING_TEMPORARY: &str = "CREATE TEMPORARY VIEW: a server keeps nothing between statements \
    for one client: name the query WITH … in the statement that reads it, or create a view for all";

/// What a client learns when it prepares a statement.
pub(super) struct Prepared {
    pub(super) schema: SchemaRef,
    pub(super) parameters: Schema,
}

/// A statement that can run.
pub(super) struct Query {
    pub(super) schema: SchemaRef,
    /// What it sets for its client, if it is a SET, RESET or USE.
    pub(super) change: Option<Change>,
    /// How long planning took.
    pub(super) planning: Duration,
    session: Session,
    planned: Planned,
}

impl Query {
    /// Whether it changes something, for its client or for all.
    pub(super) fn is_update(&self) -> bool {
        self.change.is_some() || self.has_effect()
    }

    /// Whether it changes something for all.
    pub(super) fn has_effect(&self) -> bool {
        self.planned.effect.is_some()
    }

    /// Does what it changes.
    ///
    /// # Returns
    /// How many rows it wrote.
    pub(super) async fn take_effect(self, work: &Arc<Work>) -> Result<u64> {
        let planned = self.planned.within(work);
        let written = Box::pin(self.session.take_effect(planned)).await?;
        Ok(written.unwrap_or_default())
    }

    /// Starts the query; its batches still have the engine's types.
    pub(super) async fn execute(self, work: &Arc<Work>) -> Result<SendableRecordBatchStream> {
        self.session.execute(self.planned.within(work)).await
    }
}

/// Plans a statement without values for its parameters.
pub(super) async fn prepare(session: &Session, handle: &Handle) -> Result<Prepared, Status> {
    let (planned, _) = plan_text(session, handle).await?;
    let prepare = || {
        let expected = parameters::expected(&planned.plan)?;
        let unbound = announced(&planned);
        let values = parameters::unknown(&expected)?;
        let bound = bind(planned, &expected, vec![values]);
        Ok(Prepared {
            // Some functions cannot be planned for NULL; the schema with values comes later.
            schema: match bound {
                Err(_) if !expected.is_empty() => unbound,
                bound => announced(&bound?),
            },
            parameters: parameters::schema(&expected),
        })
    };
    prepare().map_err(|error| status(&error))
}

/// Plans a statement with the parameters of its handle.
pub(super) async fn plan(session: Session, handle: &Handle) -> Result<Query, Status> {
    let began = Instant::now();
    let (planned, change) = plan_text(&session, handle).await?;
    if change.is_some() && !handle.keeps_cookies {
        return Err(refused(Code::FailedPrecondition, NOTHING_KEPT));
    }
    let query = || {
        let expected = parameters::expected(&planned.plan)?;
        let rows = parameters::read(&handle.parameters)?;
        let planned = bind(planned, &expected, rows)?;
        Ok(Query {
            schema: announced(&planned),
            change,
            planning: began.elapsed(),
            session,
            planned,
        })
    };
    query().map_err(|error| status(&error))
}

/// Puts rows of values in place of the parameters, and resolves all types.
fn bind(
    mut planned: Planned,
    expected: &[Option<DataType>],
    rows: Vec<Vec<ScalarValue>>,
) -> Result<Planned> {
    planned.plan = parameters::bind(planned.plan, expected, rows)?;
    planned.analyze()
}

async fn plan_text(
    session: &Session,
    handle: &Handle,
) -> Result<(Planned, Option<Change>), Status> {
    apply(&handle.settings, session).map_err(|error| status(&error))?;
    let mut statements = statement::parse(&handle.sql).map_err(|error| status(&error))?;
    let statement = match (statements.pop(), statements.len()) {
        (Some(statement), 0) => statement,
        (last, before) => {
            let count = before + usize::from(last.is_some());
            return Err(refused(
                Code::InvalidArgument,
                format!("expected one SQL statement, got {count}"),
            ));
        }
    };
    if let Statement::CreateView(CreateView {
        is_temporary: true, ..
    }) = &statement
    {
        return Err(refused(Code::InvalidArgument, NOTHING_TEMPORARY));
    }
    let planned = session.plan(statement).await;
    let mut planned = planned.map_err(|error| status(&error))?;
    match change(&planned.plan) {
        None => {
            accepted::check(&planned.plan)?;
            Ok((planned, None))
        }
        Some(change) => {
            planned.plan = told(&change, session).map_err(|error| status(&error))?;
            Ok((planned, Some(change)))
        }
    }
}

/// What a statement sets that its client may set; `None` for any other statement.
fn change(plan: &LogicalPlan) -> Option<Change> {
    let LogicalPlan::Statement(statement) = plan else {
        return None;
    };
    let (variable, value) = match statement {
        PlanStatement::SetVariable(set) => (&set.variable, Some(set.value.clone())),
        PlanStatement::ResetVariable(reset) => (&reset.variable, None),
        _ => return None,
    };
    let name = match variable.as_str() {
        DEFAULT_SCHEMA_KEY => SCHEMA_OPTION.to_owned(),
        name if name.starts_with(SETTING) => name.to_owned(),
        _ => return None,
    };
    Some(Change { name, value })
}

/// The answer to a change, after it has been tried: drivers take a statement without columns for
/// an update.
fn told(change: &Change, session: &Session) -> Result<LogicalPlan> {
    if let Some(value) = &change.value {
        let value = Values::from([(change.name.clone(), value.clone())]);
        apply(&value, session)?;
    }
    let value = ScalarValue::Utf8(change.value.clone());
    LogicalPlanBuilder::values(vec![vec![lit(change.name.as_str()), lit(value)]])?
        .project([
            ident("column1").alias("name"),
            ident("column2").alias("value"),
        ])?
        .build()
}

/// The one place that decides what a client is told about a result.
fn announced(planned: &Planned) -> SchemaRef {
    match planned.effect {
        // Drivers take a statement without columns for an update.
        Some(_) => SchemaRef::new(Schema::empty()),
        None => client_schema(planned.plan.schema().as_arrow()),
    }
}
