//! Groups of chunks: the unit that is written as one file per table.
//!
//! Where chunks and groups begin depends on the scale only, so the files do not depend on how
//! many threads write them. A group is small enough to be held in memory by every thread.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunk::{CUSTOMERS_PER_CHUNK, generate};
use super::columns::Row;
use super::files::{Written, write_table};
use super::parallel::map_numbered;
use super::rows::{Agent, Associate, Rows, in_time_order};
use super::seasons::Seasons;
use super::{CUSTOMERS_AT_SCALE_1, Progress, SampleError, SampleOptions, planted, shop};

/// Files of a table, unless the groups would be too small or too large.
const GROUPS: usize = 64;

/// The smallest group is the whole of scale 1; the largest bounds the memory.
const CHUNKS_PER_GROUP: (usize, usize) = (CUSTOMERS_AT_SCALE_1 / CUSTOMERS_PER_CHUNK, 80);

/// Which customers are in which chunk and which chunk is in which group.
struct Plan {
    customers: usize,
    chunks: usize,
    chunks_per_group: usize,
}

impl Plan {
    fn new(customers: usize) -> Self {
        let chunks = customers.div_ceil(CUSTOMERS_PER_CHUNK);
        let (smallest, largest) = CHUNKS_PER_GROUP;
        let chunks_per_group = chunks.div_ceil(GROUPS).clamp(smallest, largest);
        Self {
            customers,
            chunks,
            chunks_per_group,
        }
    }

    fn groups(&self) -> usize {
        self.chunks.div_ceil(self.chunks_per_group)
    }

    /// The chunks of a group, counted from 0.
    fn chunks_of(&self, group: usize) -> std::ops::Range<usize> {
        let first = group * self.chunks_per_group;
        first..self.chunks.min(first + self.chunks_per_group)
    }

    fn customers_of(&self, chunk: usize) -> usize {
        CUSTOMERS_PER_CHUNK.min(self.customers - chunk * CUSTOMERS_PER_CHUNK)
    }
}

/// Writes every table of the contract below the directory.
pub(super) fn write_all(
    directory: &Path,
    options: &SampleOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Written>, SampleError> {
    let plan = Plan::new(options.customers());
    let groups = plan.groups();
    let seasons = Seasons::new();
    let workers = options.threads.clamp(1, groups);
    let threads_of_worker = (options.threads / workers).max(1);
    let done = AtomicU64::new(0);
    let report = |customers: usize| {
        let done = done.fetch_add(customers as u64, Ordering::Relaxed) + customers as u64;
        progress(Progress {
            done,
            total: plan.customers as u64,
        });
    };

    let written = map_numbered(workers, groups, |group| {
        let chunks = plan.chunks_of(group);
        let mut parts = map_numbered(threads_of_worker, chunks.len(), |number| {
            let chunk = chunks.start + number;
            let customers = plan.customers_of(chunk);
            let rows = generate(&seasons, options.seed, chunk as u64 + 1, customers);
            report(customers);
            Ok(rows)
        })?;
        if group == 0 {
            parts.insert(0, planted::rows(&seasons, options.seed));
        }
        write_group(directory, group, &parts, threads_of_worker)
    })?;
    let mut written: Vec<_> = written.into_iter().flatten().collect();
    written.extend(write_shop(directory, options.seed)?);
    Ok(written)
}

/// Writes the rows of a group, one file per table.
fn write_group(
    directory: &Path,
    group: usize,
    parts: &[Rows],
    threads: usize,
) -> Result<Vec<Written>, SampleError> {
    fn sorted<R: Row>(
        (directory, group, parts): (&Path, usize, &[Rows]),
        table: fn(&Rows) -> &Vec<R>,
    ) -> Result<Written, SampleError> {
        write_table(directory, group, &in_time_order(parts, table))
    }
    let place = (directory, group, parts);
    // The largest first, so that the threads end together.
    map_numbered(threads, 12, |number| match number {
        0 => sorted(place, |rows| &rows.web_events),
        1 => sorted(place, |rows| &rows.messages),
        2 => sorted(place, |rows| &rows.orders),
        3 => sorted(place, |rows| &rows.conversation_status_events),
        4 => sorted(place, |rows| &rows.order_lines),
        5 => sorted(place, |rows| &rows.activities),
        6 => sorted(place, |rows| &rows.conversations),
        7 => sorted(place, |rows| &rows.link_clicks),
        8 => sorted(place, |rows| &rows.tracking_links),
        9 => sorted(place, |rows| &rows.identities),
        10 => sorted(place, |rows| &rows.customers),
        _ => sorted(place, |rows| &rows.order_adjustments),
    })
}

/// Writes the tables that are the same at every scale.
fn write_shop(directory: &Path, seed: u64) -> Result<Vec<Written>, SampleError> {
    fn small<R: Row>(directory: &Path, rows: &[R]) -> Result<Written, SampleError> {
        write_table(directory, 0, &rows.iter().collect::<Vec<_>>())
    }
    let agents: Vec<_> = shop::AGENTS.iter().copied().map(Agent).collect();
    let associates: Vec<_> = shop::ASSOCIATES.iter().copied().map(Associate).collect();
    Ok(vec![
        small(directory, shop::TEAMS)?,
        small(directory, &agents)?,
        small(directory, shop::STORES)?,
        small(directory, &associates)?,
        small(directory, shop::PRODUCTS)?,
        small(directory, &shop::fx_rates(seed))?,
    ])
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn every_customer_is_in_one_chunk_of_one_group() {
        for (customers, groups) in [
            (1, 1),
            (5_000, 1),
            (5_001, 2),
            (10_000, 2),
            (1_000_000, 64),
            (9_000_000, 450),
        ] {
            let plan = Plan::new(customers);
            assert_eq!(plan.groups(), groups, "{customers} customers");
            let chunks = (0..plan.groups()).flat_map(|group| plan.chunks_of(group));
            let total: usize = chunks.map(|chunk| plan.customers_of(chunk)).sum();
            assert_eq!(total, customers);
        }
    }
}
