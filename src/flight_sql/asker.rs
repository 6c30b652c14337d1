//! Who sends a request, over which connection, and how long they wait.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Request, Status};

use super::{deadline::grpc_timeout, status::refused};
use crate::{security::Caller, system::Peer};

/// Longer names of clients are cut.
const MAX_AGENT_BYTES: usize = 256;

/// What a request tells besides its body.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) caller: Arc<Caller>,
    pub(super) peer: Peer,
    /// The client's own limit.
    pub(super) timeout: Option<Duration>,
}

impl Asker {
    /// # Errors
    /// `Unauthenticated` without a caller, whom login finds.
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
            timeout: grpc_timeout(request.metadata()),
        })
    }
}
