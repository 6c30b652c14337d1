//! Bulk loads: the rows of a DoPut into a table.

use arrow_flight::{
    FlightData,
    error::FlightError,
    sql::{
        CommandStatementIngest, TableExistsOption as IfExists, TableNotExistOption as IfMissing,
    },
};
use datafusion::{
    common::{DataFusionError, Result as EngineResult, plan_err},
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::{StreamExt, TryStreamExt, stream};
use tonic::{Code, Status, Streaming};

use super::{
    asker::Asker,
    client_settings::apply,
    command::without_transaction,
    handle::Handle,
    put::batches,
    service::Service,
    status::{malformed, refused, status},
};
use crate::{
    engine::Load,
    query::{
        catalog::CATALOG,
        view::{DEFAULT_SCHEMA, ViewName},
    },
    warehouse::import::Mode,
};

const ACTION: &str = "bulk load into";

/// Loads the rows of a client into a table, all or nothing.
///
/// # Returns
/// How many of them the table now has.
///
/// # Errors
/// `InvalidArgument` for options that do not fit and for rows that cannot be stored;
/// `PermissionDenied` for who may not write there.
pub(super) async fn ingest(
    service: &Service,
    asker: &Asker,
    command: CommandStatementIngest,
    first: FlightData,
    rest: Streaming<FlightData>,
) -> Result<u64, Status> {
    let load = load(&command)?;
    let text = format!("-- {ACTION} {} ({:?})", load.table, load.mode);
    let handle = Handle::new(text).with_settings(&asker.settings);
    let session = service.session(asker);
    let settings = handle.settings.clone();
    service
        .run(asker, &handle, async move |work| {
            let loading = async {
                apply(&settings, &session)?;
                // Before the rows are read: who may not write need not send them.
                session.check_load(&load)?;
                let rows = received(first, rest).await?;
                Box::pin(session.load(&load, rows, Some(&work))).await
            };
            loading.await.map_err(|error| status(&error))
        })
        .await
}

/// What the client asks for.
fn load(command: &CommandStatementIngest) -> Result<Load, Status> {
    without_transaction(command.transaction_id.as_deref())?;
    let refuse = |text: String| Err(refused(Code::InvalidArgument, text));
    let table = &command.table;
    if command.temporary {
        return refuse(format!(
            "{ACTION} {table}: a server keeps no temporary tables"
        ));
    }
    if let Some(catalog) = command.catalog.as_deref()
        && !["", CATALOG].contains(&catalog)
    {
        return refuse(format!(
            "{ACTION} {table}: expected the catalog {CATALOG}, got {catalog}"
        ));
    }
    if let Some(option) = command.options.keys().min() {
        return refuse(format!(
            "{ACTION} {table}: expected no option of the load's own, got {option}"
        ));
    }
    let options = command.table_definition_options.unwrap_or_default();
    let (mode, creates) = match (options.if_exists(), options.if_not_exist()) {
        (IfExists::Append, IfMissing::Create) => (Mode::Append, true),
        (IfExists::Append, _) => (Mode::Append, false),
        (IfExists::Replace, missing) => (Mode::Replace, missing != IfMissing::Fail),
        (IfExists::Fail | IfExists::Unspecified, IfMissing::Create) => (Mode::Create, true),
        (IfExists::Fail | IfExists::Unspecified, _) => {
            return refuse(format!(
                "{ACTION} {table}: expected to create the table, to append to it or to replace it, \
                 got none of them"
            ));
        }
    };
    let schema = command
        .schema
        .as_deref()
        .filter(|schema| !schema.is_empty());
    Ok(Load {
        action: ACTION,
        table: ViewName {
            schema: schema.unwrap_or(DEFAULT_SCHEMA).to_owned(),
            name: table.clone(),
        },
        mode,
        creates,
    })
}

/// The rows as they come; a client that is faster than the table waits.
async fn received(
    first: FlightData,
    rest: Streaming<FlightData>,
) -> EngineResult<SendableRecordBatchStream> {
    let mut batches = batches(first, rest);
    // The schema comes first, and is known once there is a batch, or the end.
    let first = batches.try_next().await.map_err(broken)?;
    let Some(schema) = batches.schema().cloned() else {
        return plan_err!("{ACTION} a table: expected a schema and rows, got neither");
    };
    let rows = stream::iter(first.map(Ok)).chain(batches.map_err(broken));
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
}

fn broken(error: FlightError) -> DataFusionError {
    DataFusionError::External(Box::new(malformed("the rows", error)))
}
