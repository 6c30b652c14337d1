//! Actions: prepare, close, cancel, session options.

use arrow_flight::{
    Action, ActionType, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, FlightInfo,
    IpcMessage, SchemaAsIpc,
    sql::{
        ActionCancelQueryResult, ActionCreatePreparedStatementRequest,
        ActionCreatePreparedStatementResult, Command, ProstMessageExt,
    },
};
use datafusion::arrow::{datatypes::Schema, error::ArrowError, ipc::writer::IpcWriteOptions};
use prost::{Message, bytes::Bytes};
use tonic::{Code, Status};

use super::{
    asker::Asker,
    client_settings::ClientSettings,
    command,
    handle::Handle,
    service::Service,
    session_option,
    statement::{self, Prepared},
    status::{malformed, refused, status},
};

/// Each action with its request and response.
const ACTIONS: [(&str, &str); 7] = [
    (
        "CreatePreparedStatement",
        "ActionCreatePreparedStatementRequest to ActionCreatePreparedStatementResult",
    ),
    (
        "ClosePreparedStatement",
        "ActionClosePreparedStatementRequest to nothing",
    ),
    (
        "CancelQuery",
        "ActionCancelQueryRequest to ActionCancelQueryResult",
    ),
    (
        "CancelFlightInfo",
        "CancelFlightInfoRequest to CancelFlightInfoResult",
    ),
    (
        "SetSessionOptions",
        "SetSessionOptionsRequest to SetSessionOptionsResult",
    ),
    (
        "GetSessionOptions",
        "GetSessionOptionsRequest to GetSessionOptionsResult",
    ),
    ("CloseSession", "CloseSessionRequest to CloseSessionResult"),
];

pub(super) fn list() -> impl Iterator<Item = ActionType> {
    ACTIONS.iter().map(|(name, messages)| ActionType {
        r#type: (*name).to_owned(),
        description: (*messages).to_owned(),
    })
}

/// Does an action; some have no result.
///
/// # Arguments
/// `settings`: of the client; session options change them.
///
/// # Errors
/// `Unimplemented` for an action that is not listed.
pub(super) async fn run(
    service: &Service,
    asker: &Asker,
    settings: &mut ClientSettings,
    action: Action,
) -> Result<Option<Bytes>, Status> {
    let body = &action.body;
    let result = match action.r#type.as_str() {
        "CreatePreparedStatement" => match command::decode(body)? {
            Command::ActionCreatePreparedStatementRequest(request) => {
                prepare(service, asker, request).await?
            }
            other => return Err(command::unexpected("CreatePreparedStatement", &other)),
        },
        "ClosePreparedStatement" => match command::decode(body)? {
            Command::ActionClosePreparedStatementRequest(request) => {
                let handle = Handle::decode_from(&request.prepared_statement_handle)?;
                service.bound.forget(&handle);
                return Ok(None);
            }
            other => return Err(command::unexpected("ClosePreparedStatement", &other)),
        },
        "CancelQuery" => match command::decode(body)? {
            Command::ActionCancelQueryRequest(request) => {
                let info = FlightInfo::decode(request.info)
                    .map_err(|error| malformed("FlightInfo", error))?;
                let result = cancel(service, asker, &info)?.into();
                let result = ActionCancelQueryResult { result };
                result.as_any().encode_to_vec()
            }
            other => return Err(command::unexpected("CancelQuery", &other)),
        },
        "CancelFlightInfo" => {
            let request = CancelFlightInfoRequest::decode(&**body)
                .map_err(|error| malformed("CancelFlightInfoRequest", error))?;
            let status = cancel(service, asker, &request.info.unwrap_or_default())?;
            CancelFlightInfoResult::new(status).encode_to_vec()
        }
        "SetSessionOptions" => session_option::set(&service.session(asker), settings, body)?,
        "GetSessionOptions" => session_option::get(&service.session(asker), settings)?,
        "CloseSession" => session_option::close(settings),
        other => {
            return Err(refused(
                Code::Unimplemented,
                format!("the action {other} is not supported"),
            ));
        }
    };
    Ok(Some(result.into()))
}

async fn prepare(
    service: &Service,
    asker: &Asker,
    request: ActionCreatePreparedStatementRequest,
) -> Result<Vec<u8>, Status> {
    command::without_transaction(request.transaction_id.as_deref())?;
    let handle = Handle::new(request.query).with_settings(&asker.settings);
    let planned = handle.clone();
    let prepare = async move |session| statement::prepare(&session, &planned).await;
    let Prepared { schema, parameters } = service.look(asker, &handle, prepare).await?;
    let result = ActionCreatePreparedStatementResult {
        prepared_statement_handle: handle.to_bytes(),
        dataset_schema: ipc(&schema)?,
        parameter_schema: ipc(&parameters)?,
    };
    Ok(result.as_any().encode_to_vec())
}

fn ipc(schema: &Schema) -> Result<Bytes, Status> {
    let message = SchemaAsIpc::new(schema, &IpcWriteOptions::default()).try_into();
    match message {
        Ok(IpcMessage(bytes)) => Ok(bytes),
        Err::<_, ArrowError>(error) => Err(status(&error.into())),
    }
}

/// The ticket may have gone round: only who started a query may cancel it.
fn cancel(service: &Service, asker: &Asker, info: &FlightInfo) -> Result<CancelStatus, Status> {
    let is_administrator = service.is_administrator(&asker.caller);
    for endpoint in &info.endpoint {
        if let Some(ticket) = &endpoint.ticket
            && let Command::TicketStatementQuery(ticket) = command::decode(&ticket.ticket)?
        {
            let handle = Handle::decode_from(&ticket.statement_handle)?;
            let running = service.runtime.running();
            if running.cancel(handle.id(), &asker.caller.user, is_administrator) {
                return Ok(CancelStatus::Cancelled);
            }
        }
    }
    Ok(CancelStatus::NotCancellable)
}
