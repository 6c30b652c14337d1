//! How many requests an object store was asked, how they ended, and how long they took.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use object_store::Error;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::time::Instant;

use super::explained::explained;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Get,
    Head,
    Put,
    List,
    Delete,
    /// Copying or renaming.
    Copy,
}

impl Operation {
    pub const ALL: [Self; 6] = [
        Self::Get,
        Self::Head,
        Self::Put,
        Self::List,
        Self::Delete,
        Self::Copy,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Head => "head",
            Self::Put => "put",
            Self::List => "list",
            Self::Delete => "delete",
            Self::Copy => "copy",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    /// There is no such object, which is the usual answer to "is there a next commit?".
    Absent,
    /// A condition does not hold: the object is there already, or has changed.
    Refused,
    Error,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Ok, Self::Absent, Self::Refused, Self::Error];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Absent => "absent",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }

    pub(super) fn of<T>(result: &object_store::Result<T>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(error) => Self::of_error(error),
        }
    }

    pub(super) fn of_error(error: &Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::Absent,
            Error::AlreadyExists { .. }
            | Error::Precondition { .. }
            | Error::NotModified { .. } => Self::Refused,
            _ => Self::Error,
        }
    }
}

/// The requests to one object store since it was opened.
///
/// A listing counts once, however many pages it has, and a request that was retried counts once.
pub struct Requests {
    /// The URL of the store, for its errors.
    place: String,
    counts: [[AtomicU64; Outcome::ALL.len()]; Operation::ALL.len()],
    /// Seconds until the answer began, by operation.
    durations: [Histogram; Operation::ALL.len()],
    read_bytes: AtomicU64,
    written_bytes: AtomicU64,
}

impl Requests {
    pub(in crate::warehouse) fn new(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            counts: Default::default(),
            // From a millisecond to a quarter of a minute.
            durations: std::array::from_fn(|_| Histogram::new(exponential_buckets(0.001, 4.0, 8))),
            read_bytes: AtomicU64::default(),
            written_bytes: AtomicU64::default(),
        }
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for operation in Operation::ALL {
            for outcome in Outcome::ALL {
                let count = self.count(operation, outcome);
                if count > 0 {
                    map.entry(&(operation, outcome), &count);
                }
            }
        }
        map.finish()
    }
}

impl Requests {
    pub fn count(&self, operation: Operation, outcome: Outcome) -> u64 {
        self.counts[operation as usize][outcome as usize].load(Ordering::Relaxed)
    }

    /// The requests of an operation, however they ended.
    pub fn of(&self, operation: Operation) -> u64 {
        let outcomes = Outcome::ALL.into_iter();
        outcomes.map(|outcome| self.count(operation, outcome)).sum()
    }

    pub fn durations(&self, operation: Operation) -> &Histogram {
        &self.durations[operation as usize]
    }

    /// Bytes of objects that were read.
    pub fn read_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    /// Bytes of objects that were sent to be written.
    pub fn written_bytes(&self) -> u64 {
        self.written_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, bytes: u64) {
        self.read_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn written(&self, bytes: usize) {
        self.written_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Begins a request, which counts when its end is known.
    pub(super) fn begin(self: &Arc<Self>, operation: Operation) -> Pending {
        Pending {
            requests: Arc::clone(self),
            operation,
            begun: Instant::now(),
        }
    }
}

/// A request without an answer.
pub(super) struct Pending {
    requests: Arc<Requests>,
    operation: Operation,
    begun: Instant,
}

impl Pending {
    pub(super) fn ended(self, outcome: Outcome) {
        let counts = &self.requests.counts[self.operation as usize];
        counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
        let seconds = self.begun.elapsed().as_secs_f64();
        self.requests.durations[self.operation as usize].observe(seconds);
    }

    /// Counts the request by its result, whose error says what was asked.
    pub(super) fn with<T>(self, result: object_store::Result<T>) -> object_store::Result<T> {
        let (operation, requests) = (self.operation.name(), Arc::clone(&self.requests));
        self.ended(Outcome::of(&result));
        result.map_err(|error| explained(error, operation, &requests.place))
    }
}
