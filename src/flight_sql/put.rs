//! DoPut: values for parameters, and statements that are updates.

use arrow_flight::{
    FlightData, PutResult,
    decode::FlightRecordBatchStream,
    error::FlightError,
    sql::{Command, DoPutPreparedStatementResult, DoPutUpdateResult},
};
use futures::{StreamExt, TryStreamExt, future::ready, stream};
use prost::Message;
use tonic::{Code, Status, Streaming};

use super::{
    accepted, asker::Asker, client_settings::Change, command, handle::Handle, parameters,
    service::Service, status::refused,
};

/// Answers a DoPut; what the statement sets for its client comes with it.
pub(super) async fn run(
    service: &Service,
    asker: &Asker,
    mut data: Streaming<FlightData>,
) -> Result<(PutResult, Option<Change>), Status> {
    let missing = || refused(Code::InvalidArgument, "DoPut: expected a descriptor");
    let first = data.message().await?.ok_or_else(missing)?;
    let descriptor = first.flight_descriptor.as_ref().ok_or_else(missing)?;
    let handle = match command::decode(&descriptor.cmd)? {
        Command::CommandPreparedStatementQuery(query) => {
            let handle = Handle::decode_from(&query.prepared_statement_handle)?;
            return Ok((bind(service, handle, first, data).await?, None));
        }
        Command::CommandStatementUpdate(update) => {
            command::without_transaction(update.transaction_id.as_deref())?;
            Handle::new(update.query)
        }
        Command::CommandPreparedStatementUpdate(update) => {
            let handle = Handle::decode_from(&update.prepared_statement_handle)?;
            service.bound.resolve(handle).with_new_id()
        }
        Command::CommandStatementIngest(_) => return Err(accepted::denied("bulk ingest")),
        other => return Err(command::unexpected("DoPut", &other)),
    };
    let handle = handle.with_settings(&asker.settings);
    let change = service.update(asker, handle, None).await?;
    // Views have no rows that could be counted.
    let result = DoPutUpdateResult { record_count: 0 };
    Ok((answer(&result), change))
}

async fn bind(
    service: &Service,
    handle: Handle,
    first: FlightData,
    rest: Streaming<FlightData>,
) -> Result<PutResult, Status> {
    let rest = rest.map_err(|status| FlightError::Tonic(Box::new(status)));
    let data = stream::once(ready(Ok(first))).chain(rest);
    let batches = FlightRecordBatchStream::new_from_flight_data(data);
    let handle = handle.with_parameters(parameters::receive(batches).await?);
    service.bound.keep(&handle);
    Ok(answer(&DoPutPreparedStatementResult {
        prepared_statement_handle: Some(handle.to_bytes()),
    }))
}

fn answer(result: &impl Message) -> PutResult {
    PutResult {
        app_metadata: result.encode_to_vec().into(),
    }
}
