//! SQL text to a plan and the schema that clients are told.
//!
//! Prepare, GetFlightInfo and DoGet all come here, so that they announce the same schema. It is
//! derived from the *analyzed* plan: before type coercion a CASE of 1 and 2.5 claims to be an
//! integer, and rows cast to that claim would be wrong without any error.

use datafusion::{
    arrow::datatypes::{Schema, SchemaRef},
    common::Result,
    execution::{SendableRecordBatchStream, SessionState},
    logical_expr::LogicalPlan,
};
use tonic::{Code, Status};

use super::{
    client_type::client_schema,
    handle::Handle,
    parameters, read_only,
    status::{refused, status},
};
use crate::{
    engine::{Planned, Session},
    query::statement::{self, Statement},
};

/// What a client learns when it prepares a statement.
pub(super) struct Prepared {
    pub(super) schema: SchemaRef,
    pub(super) parameters: Schema,
}

/// A statement that can run.
pub(super) struct Query {
    pub(super) schema: SchemaRef,
    session: Session,
    planned: Planned,
}

impl Query {
    /// Starts the query; its batches still have the engine's types.
    pub(super) async fn execute(self) -> Result<SendableRecordBatchStream> {
        self.session.execute(self.planned).await
    }
}

/// Plans a statement without values for its parameters.
pub(super) async fn prepare(session: &Session, sql: &str) -> Result<Prepared, Status> {
    let planned = plan_text(session, sql).await?;
    let prepare = || {
        let expected = parameters::expected(&planned.plan)?;
        let unbound = client_schema(planned.plan.schema().as_arrow());
        let values = parameters::unknown(&expected)?;
        let bound = parameters::bind(planned.plan, &expected, values)
            .and_then(|plan| announced(&plan, &planned.state));
        Ok(Prepared {
            // Some functions cannot be planned for NULL; the schema with values comes later.
            schema: match bound {
                Err(_) if !expected.is_empty() => unbound,
                bound => bound?,
            },
            parameters: parameters::schema(&expected),
        })
    };
    prepare().map_err(|error| status(&error))
}

/// Plans a statement with the parameters of its handle.
pub(super) async fn plan(session: Session, handle: &Handle) -> Result<Query, Status> {
    let planned = plan_text(&session, &handle.sql).await?;
    let bind = || {
        let Planned { plan, state } = planned;
        let expected = parameters::expected(&plan)?;
        let values = parameters::read(&handle.parameters)?;
        let plan = parameters::bind(plan, &expected, values)?;
        Ok(Query {
            schema: announced(&plan, &state)?,
            session,
            planned: Planned { plan, state },
        })
    };
    bind().map_err(|error| status(&error))
}

async fn plan_text(session: &Session, sql: &str) -> Result<Planned, Status> {
    let mut statements = statement::parse(sql).map_err(|error| status(&error))?;
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
    match statement {
        Statement::CreateView(_) => return Err(read_only::denied("CREATE VIEW")),
        Statement::DropView { .. } => return Err(read_only::denied("DROP VIEW")),
        _ => {}
    }
    let planned = session.plan(statement).await;
    let planned = planned.map_err(|error| status(&error))?;
    read_only::check(&planned.plan)?;
    Ok(planned)
}

/// The one place that decides what a client is told about a result.
fn announced(plan: &LogicalPlan, state: &SessionState) -> Result<SchemaRef> {
    let analyzer = state.analyzer();
    let analyzed = analyzer.execute_and_check(plan.clone(), state.config_options(), |_, _| {})?;
    Ok(client_schema(analyzed.schema().as_arrow()))
}
