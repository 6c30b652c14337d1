//! Who sends a request, over which connection, with which settings, and how long they wait.

use std::{sync::Arc, time::Duration};

use datafusion::arrow::ipc::writer::IpcWriteOptions;
use tonic::{Code, Request, Response, Status};

use super::{
    client_settings::{Change, ClientSettings},
    compression,
    deadline::grpc_timeout,
    status::refused,
};
use crate::{security::Caller, system::Peer, trace::Parent};

/// Longer names of clients are cut.
const MAX_AGENT_BYTES: usize = 256;

/// What a request tells besides its body.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) caller: Arc<Caller>,
    pub(super) peer: Peer,
    pub(super) settings: ClientSettings,
    /// How batches are written for it.
    pub(super) ipc: IpcWriteOptions,
    /// The client's own limit.
    pub(super) timeout: Option<Duration>,
    /// What the request is part of at the client.
    pub(super) parent: Option<Parent>,
}

impl Asker {
    /// # Errors
    /// `Unauthenticated` without a caller, whom login finds; `InvalidArgument` for a cookie of our
    /// name that this server did not make, or a codec that it does not have.
    pub(super) fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let caller = request.extensions().get::<Arc<Caller>>();
        let caller = caller.ok_or_else(|| refused(Code::Unauthenticated, "log in first"))?;
        let agent = request.metadata().get("user-agent");
        let agent = agent.and_then(|it| it.to_str().ok());
        let cut = |agent: &str| agent[..agent.floor_char_boundary(MAX_AGENT_BYTES)].into();
        Ok(Self {
            caller: Arc::clone(caller),
            peer: Peer {
                address: request.remote_addr(),
                user_agent: agent.map(cut),
            },
            settings: ClientSettings::of(request.metadata())?,
            ipc: compression::write_options(request.metadata())?,
            timeout: grpc_timeout(request.metadata()),
            parent: Parent::of(request.metadata()),
        })
    }

    /// Has the client keep a change of its settings.
    ///
    /// # Errors
    /// Those of [`ClientSettings::keep_in`].
    pub(super) fn tell<T>(
        mut self,
        change: Option<Change>,
        response: &mut Response<T>,
    ) -> Result<(), Status> {
        let Some(change) = change else {
            return Ok(());
        };
        self.settings.change(change);
        self.settings.keep_in(response)
    }
}
