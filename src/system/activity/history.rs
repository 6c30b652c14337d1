//! The statements that ended, as many as fit.

use std::{collections::VecDeque, sync::Arc};

use super::Entry;

const MAX_ENTRIES: usize = 10_000;
/// Of texts: one client that sends long statements must not fill the memory.
const MAX_BYTES: usize = 32 << 20;

/// The newest statements; the oldest give way.
#[derive(Debug, Default)]
pub(super) struct History {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl History {
    pub(super) fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.text_bytes();
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.text_bytes();
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{
        super::{Peer, Statement, Usage},
        *,
    };

    #[derive(Debug)]
    struct Nothing;

    impl Usage for Nothing {
        fn peak_memory_bytes(&self) -> u64 {
            0
        }

        fn spilled_bytes(&self) -> u64 {
            0
        }
    }

    fn entry(text: String) -> Arc<Entry> {
        let statement = Statement {
            id: Uuid::new_v4(),
            user: "ada".into(),
            text,
            peer: Peer::default(),
        };
        Arc::new(Entry::new(statement, Arc::new(Nothing)))
    }

    #[test]
    fn the_oldest_give_way_by_number_and_by_size() {
        let mut history = History::default();
        for number in 0..MAX_ENTRIES + 2 {
            history.push(entry(number.to_string()));
        }
        assert_eq!(history.iter().count(), MAX_ENTRIES);
        assert_eq!(history.iter().next().unwrap().statement.text, "2");

        history.push(entry("x".repeat(MAX_BYTES)));
        assert_eq!(history.iter().count(), 1);
        history.push(entry("y".to_owned()));
        let texts: Vec<_> = history.iter().map(|it| it.statement.text.len()).collect();
        assert_eq!(texts, [1]);
    }
}
