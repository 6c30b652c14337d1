//! Which rows of a run may have a key that occurs twice.
//!
//! Mostly none has. A hash of each key, eight bytes, tells so without a table of keys: keys whose
//! hashes differ are different. The few others are compared as they are.

use std::sync::Arc;

use datafusion::{
    arrow::{array::ArrayRef, buffer::BooleanBuffer},
    common::{
        Result,
        hash_utils::{RandomState, create_hashes},
    },
    execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation},
    prelude::SessionContext,
};

/// A hash of each key, and a sorted copy.
const BYTES_PER_ROW: usize = 16;

/// The hashes of the keys, as long as there is memory for them.
pub(super) struct KeyHashes {
    hashes: Option<Vec<u64>>,
    random_state: RandomState,
    memory: MemoryReservation,
    most_bytes: usize,
}

impl KeyHashes {
    pub(super) fn new(session: &SessionContext) -> Self {
        let environment = session.runtime_env();
        let pool = &environment.memory_pool;
        let most_bytes = match pool.memory_limit() {
            MemoryLimit::Finite(bytes) => bytes / 4,
            _ => usize::MAX,
        };
        Self {
            hashes: Some(vec![]),
            random_state: RandomState::default(),
            memory: MemoryConsumer::new("the keys of an import").register(&Arc::clone(pool)),
            most_bytes,
        }
    }

    /// Adds the keys of the next rows, by column.
    pub(super) fn add<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a ArrayRef>,
        row_count: usize,
    ) -> Result<()> {
        let Some(hashes) = &mut self.hashes else {
            return Ok(());
        };
        let bytes = row_count * BYTES_PER_ROW;
        let fits = self.memory.size() + bytes <= self.most_bytes;
        if !fits || self.memory.try_grow(bytes).is_err() {
            self.hashes = None;
            self.memory.free();
            return Ok(());
        }
        let begin = hashes.len();
        hashes.resize(begin + row_count, 0);
        create_hashes(keys, &self.random_state, &mut hashes[begin..])?;
        Ok(())
    }

    /// One bit for each row whose key another row may have; `None` if there is no such row.
    pub(super) fn repeated(self, row_count: usize) -> Option<BooleanBuffer> {
        let Some(hashes) = self.hashes else {
            return Some(BooleanBuffer::new_set(row_count));
        };
        let mut sorted = hashes.clone();
        sorted.sort_unstable();
        let twice = sorted.windows(2).filter(|pair| pair[0] == pair[1]);
        let mut twice: Vec<u64> = twice.map(|pair| pair[0]).collect();
        twice.dedup();
        let is_repeated = |row: usize| twice.binary_search(&hashes[row]).is_ok();
        (!twice.is_empty()).then(|| BooleanBuffer::collect_bool(row_count, is_repeated))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::{
        arrow::array::{Int64Array, StringArray},
        execution::{memory_pool::GreedyMemoryPool, runtime_env::RuntimeEnvBuilder},
        prelude::SessionConfig,
    };

    use super::*;

    fn session(bytes: usize) -> SessionContext {
        let pool = Arc::new(GreedyMemoryPool::new(bytes));
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool);
        SessionContext::new_with_config_rt(SessionConfig::new(), runtime.build_arc().unwrap())
    }

    /// The rows whose keys, of two columns, are found to be repeated.
    fn repeated(bytes: usize, keys: &[(Option<&str>, i64)]) -> Option<Vec<usize>> {
        let session = session(bytes);
        let mut hashes = KeyHashes::new(&session);
        for part in keys.chunks(2) {
            let texts = StringArray::from_iter(part.iter().map(|(text, _)| *text));
            let numbers = Int64Array::from_iter_values(part.iter().map(|(_, number)| *number));
            let columns: [ArrayRef; 2] = [Arc::new(texts), Arc::new(numbers)];
            hashes.add(columns.iter(), part.len()).unwrap();
        }
        let repeated = hashes.repeated(keys.len())?;
        Some(repeated.set_indices().collect())
    }

    #[test]
    fn keys_are_repeated_in_whatever_batch_they_are() {
        let keys = [
            (Some("a"), 1),
            (Some("b"), 1),
            (None, 1),
            (Some("a"), 2),
            (None, 1),
            (Some("a"), 1),
        ];
        assert_eq!(repeated(1 << 20, &keys), Some(vec![0, 2, 4, 5]));
        assert_eq!(repeated(1 << 20, &keys[..4]), None);
        assert_eq!(repeated(1 << 20, &[]), None);
    }

    #[test]
    fn without_memory_every_key_may_be_repeated() {
        let keys = [(Some("a"), 1), (Some("b"), 1), (Some("c"), 1)];
        assert_eq!(repeated(8 * BYTES_PER_ROW, &keys), Some(vec![0, 1, 2]));
        assert_eq!(repeated(16 * BYTES_PER_ROW, &keys), None);
    }
}
