//! The memory of one query: a part of what all queries share.
//!
//! Within its part, a query is treated as DataFusion treats a whole process: operators that can
//! spill get equal parts of what the others leave. What it takes is also taken from the memory of
//! all queries; when that is full, the query spills or fails although its own part is not used up.

use std::{
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use datafusion::{
    common::{DataFusionError, Result, human_readable_size},
    execution::memory_pool::{
        FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
        TrackConsumersPool, UnboundedMemoryPool,
    },
};

/// How many memory consumers an out-of-memory error names.
pub(super) const NAMED_CONSUMERS: NonZeroUsize = NonZeroUsize::new(5).expect("not zero");

/// What a query may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) bytes: usize,
    /// Of the memory of all queries, from 0 to 1.
    pub(super) share: f64,
    /// The memory of all queries.
    pub(super) of_bytes: usize,
}

impl Part {
    /// At least one byte, so that a query that cannot run says why.
    pub(super) fn of(of_bytes: usize, share: f64) -> Self {
        let bytes = of_bytes as f64 * share.clamp(0.0, 1.0);
        Self {
            bytes: (bytes as usize).max(1),
            share,
            of_bytes,
        }
    }
}

/// The pool of one query.
#[derive(Debug)]
pub(super) struct QueryMemory {
    own: Box<dyn MemoryPool>,
    part: Option<Part>,
    /// The query as one consumer of what all share.
    shared: MemoryReservation,
    peak: AtomicUsize,
}

impl QueryMemory {
    /// # Arguments
    /// `part`: what the query may take; `None`: as much as is left of `shared`.
    pub(super) fn new(shared: &Arc<dyn MemoryPool>, part: Option<Part>) -> Self {
        let own: Box<dyn MemoryPool> = match part {
            Some(part) => {
                let fair = FairSpillPool::new(part.bytes);
                Box::new(TrackConsumersPool::new(fair, NAMED_CONSUMERS))
            }
            None => Box::new(UnboundedMemoryPool::default()),
        };
        Self {
            own,
            part,
            // The pool of all takes it for one that cannot spill: whoever comes first is served,
            // and no query loses memory to those that only wait for their disks.
            shared: MemoryConsumer::new("query").register(shared),
            peak: AtomicUsize::new(0),
        }
    }

    pub(super) fn peak_bytes(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    fn took(&self) {
        self.peak.fetch_max(self.shared.size(), Ordering::Relaxed);
    }

    fn part_is_full(&self, error: DataFusionError) -> DataFusionError {
        let Some(part) = self.part else {
            return error;
        };
        let Part {
            bytes,
            share,
            of_bytes,
        } = part;
        because(
            error,
            &format!(
                "this query needs more than the {} that one query may take, {share} \
                 (server.limits.memory_share) of {} (memory): read fewer rows or columns, or raise \
                 one of them",
                human_readable_size(bytes),
                human_readable_size(of_bytes),
            ),
        )
    }
}

/// Says first what to do about it; the operators recognise the kind and spill.
fn because(error: DataFusionError, reason: &str) -> DataFusionError {
    match error {
        DataFusionError::ResourcesExhausted(text) => {
            DataFusionError::ResourcesExhausted(format!("{reason}. {text}"))
        }
        other => other,
    }
}

impl MemoryPool for QueryMemory {
    fn name(&self) -> &str {
        "query"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.own.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.own.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.own.grow(reservation, additional);
        self.shared.grow(additional);
        self.took();
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.own.shrink(reservation, shrink);
        self.shared.shrink(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.own
            .try_grow(reservation, additional)
            .map_err(|error| self.part_is_full(error))?;
        if let Err(error) = self.shared.try_grow(additional) {
            self.own.shrink(reservation, additional);
            return Err(because(
                error,
                "the queries that run now leave no memory for this one: try again later, or raise \
                 memory, or let fewer run at once (server.limits.running)",
            ));
        }
        self.took();
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.shared.size()
    }

    fn memory_limit(&self) -> MemoryLimit {
        match self.part {
            Some(part) => MemoryLimit::Finite(part.bytes),
            None => MemoryLimit::Infinite,
        }
    }
}

impl fmt::Display for QueryMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query({})", self.own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pools(part: Option<Part>) -> (Arc<dyn MemoryPool>, [Arc<QueryMemory>; 2]) {
        let shared: Arc<dyn MemoryPool> = Arc::new(FairSpillPool::new(100));
        let queries = [(), ()].map(|()| Arc::new(QueryMemory::new(&shared, part)));
        (shared, queries)
    }

    fn consumer(query: &Arc<QueryMemory>) -> MemoryReservation {
        let pool: Arc<dyn MemoryPool> = Arc::clone(query) as _;
        MemoryConsumer::new("HashJoinInput").register(&pool)
    }

    #[test]
    fn a_query_takes_its_part_and_no_more() {
        let (shared, [query, other]) = pools(Some(Part::of(100, 0.6)));
        let (join, second) = (consumer(&query), consumer(&query));
        join.try_grow(40).unwrap();
        let error = second.try_grow(30).unwrap_err();
        assert!(matches!(error, DataFusionError::ResourcesExhausted(_)));
        for expected in [
            "60.0 B",
            "0.6 (server.limits.memory_share)",
            "100.0 B (memory)",
        ] {
            assert!(error.to_string().contains(expected), "{error}");
        }
        second.try_grow(20).unwrap();
        assert_eq!((query.reserved(), shared.reserved()), (60, 60));

        let error = consumer(&other).try_grow(50).unwrap_err();
        assert!(error.to_string().contains("leave no memory"), "{error}");
        assert_eq!((other.reserved(), shared.reserved()), (0, 60));

        drop((join, second));
        assert_eq!((query.reserved(), shared.reserved()), (0, 0));
        assert_eq!(query.peak_bytes(), 60);
    }

    #[test]
    fn without_a_limit_memory_is_still_counted() {
        let shared: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
        let query = Arc::new(QueryMemory::new(&shared, None));
        let sort = consumer(&query);
        sort.try_grow(1 << 40).unwrap();
        sort.shrink(1 << 39);
        assert_eq!(query.peak_bytes(), 1 << 40);
        assert_eq!(shared.reserved(), 1 << 39);
    }
}
