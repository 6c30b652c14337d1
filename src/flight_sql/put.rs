//! DoPut: values for parameters, statements that are updates, and rows for tables.

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
    asker::Asker, client_settings::Change, command, handle::Handle, ingest::ingest, parameters,
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
            let handle = service.bound.resolve(handle).with_new_id();
            match first.data_header.is_empty() {
                true => handle,
                // Values come with the statement, or were bound before.
                false => match parameters::receive_all(batches(first, data)).await? {
                    Some(rows) => handle.with_parameters(rows),
                    None => handle,
                },
            }
        }
        Command::CommandStatementIngest(command) => {
            let count = Box::pin(ingest(service, asker, command, first, data)).await?;
            return Ok((updated(count), None));
        }
        other => return Err(command::unexpected("DoPut", &other)),
    };
    let handle = handle.with_settings(&asker.settings);
    let (count, change) = service.update(asker, handle, None).await?;
    Ok((updated(count), change))
}

fn updated(count: u64) -> PutResult {
    answer(&DoPutUpdateResult {
        record_count: i64::try_from(count).unwrap_or(i64::MAX),
    })
}

async fn bind(
    service: &Service,
    handle: Handle,
    first: FlightData,
    rest: Streaming<FlightData>,
) -> Result<PutResult, Status> {
    let row = parameters::receive(batches(first, rest)).await?;
    let handle = handle.with_parameters(row);
    service.bound.keep(&handle);
    Ok(answer(&DoPutPreparedStatementResult {
        prepared_statement_handle: Some(handle.to_bytes()),
    }))
}

/// The batches of a DoPut.
pub(super) fn batches(first: FlightData, rest: Streaming<FlightData>) -> FlightRecordBatchStream {
    let rest = rest.map_err(|status| FlightError::Tonic(Box::new(status)));
    let data = stream::once(ready(Ok(first))).chain(rest);
    FlightRecordBatchStream::new_from_flight_data(data)
}

fn answer(result: &impl Message) -> PutResult {
    PutResult {
        app_metadata: result.encode_to_vec().into(),
    }
}
