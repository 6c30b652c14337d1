//! Stored rows in memory.
//!
//! A view is followed by many lookups, most of them in the same columns of the same few tables. What
//! is read a second time is read whole, and stays in memory until the way is gone: there a lookup
//! takes a tenth of the time that it takes in files, of which a view that is stored by day has
//! hundreds. What is too large for that is read from the files each time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::TableProvider,
    common::{
        Column, Result, TableReference,
        tree_node::{Transformed, TreeNodeRecursion},
    },
    datasource::{MemTable, provider_as_source, source_as_provider},
    execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableScan, utils::conjunction},
};
use futures::TryStreamExt;

use super::{
    scanned::{in_place_of, source_of},
    walk::Walk,
};
use crate::warehouse::delta;

/// No more of one table than this, nor than a quarter of what there is.
const MOST_BYTES: usize = 512 << 20;

/// What is held of the sources of a plan.
pub(super) struct Held {
    /// The columns that the plan reads of each.
    columns: BTreeMap<String, BTreeSet<String>>,
    sources: Mutex<HashMap<Rows, Source>>,
}

/// Which rows of a source.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Rows {
    table: TableReference,
    /// Whether as they were before they changed.
    is_earlier: bool,
    /// What the scan says of them.
    filters: Vec<Expr>,
}

#[derive(Clone)]
enum Source {
    ReadOnce,
    InMemory {
        rows: Arc<dyn TableProvider>,
        _memory: Arc<MemoryReservation>,
    },
    TooLarge,
}

impl Held {
    /// Nothing yet.
    pub(super) fn of(plan: &LogicalPlan) -> Result<Self> {
        let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(name) = source_of(&scan.table_name)
            {
                let columns = columns.entry(name.to_owned()).or_default();
                columns.extend(columns_of(scan));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(Self {
            columns,
            sources: Mutex::default(),
        })
    }

    fn get(&self, rows: &Rows) -> Option<Source> {
        let sources = self.sources.lock().expect("no holder panics");
        sources.get(rows).cloned()
    }

    fn set(&self, rows: Rows, source: Source) {
        let mut sources = self.sources.lock().expect("no holder panics");
        sources.insert(rows, source);
    }
}

impl Walk<'_> {
    /// A plan that reads from memory what is read again.
    pub(super) async fn over_memory(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let mut read = vec![];
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                read.extend(self.stored(scan)?);
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        for (rows, table) in read {
            let source = match self.held.get(&rows) {
                None => Source::ReadOnce,
                Some(Source::ReadOnce) => self.read(&rows, table).await?,
                Some(_) => continue,
            };
            self.held.set(rows, source);
        }
        let plan = plan.transform_up_with_subqueries(|node| {
            let LogicalPlan::TableScan(scan) = &node else {
                return Ok(Transformed::no(node));
            };
            let held = self.stored(scan)?;
            match held.and_then(|(rows, _)| self.held.get(&rows)) {
                Some(Source::InMemory { rows, .. }) => {
                    in_place_of(scan, rows).map(Transformed::yes)
                }
                _ => Ok(Transformed::no(node)),
            }
        })?;
        Ok(plan.data)
    }

    /// The rows of a stored table that a scan reads, if they can be held.
    fn stored(&self, scan: &TableScan) -> Result<Option<(Rows, Arc<dyn TableProvider>)>> {
        let Some(name) = source_of(&scan.table_name) else {
            return Ok(None);
        };
        let table = source_as_provider(&scan.source)?;
        let columns = self.held.columns.get(name);
        let has_all = columns.is_some_and(|held| columns_of(scan).all(|it| held.contains(&it)));
        if !has_all || !delta::is_stored(&*table) {
            return Ok(None);
        }
        let earlier = self.earlier.get(name);
        let is_earlier = earlier.is_some_and(|it| Arc::ptr_eq(it, &table));
        let rows = Rows {
            table: scan.table_name.clone(),
            is_earlier,
            filters: scan.filters.clone(),
        };
        Ok(Some((rows, table)))
    }

    async fn read(&self, rows: &Rows, table: Arc<dyn TableProvider>) -> Result<Source> {
        let pool = &self.state.runtime_env().memory_pool;
        let most = match pool.memory_limit() {
            MemoryLimit::Finite(bytes) => MOST_BYTES.min(bytes / 4),
            MemoryLimit::Infinite | MemoryLimit::Unknown => MOST_BYTES,
        };
        let memory = MemoryConsumer::new("stored rows").register(pool);
        let asked = source_of(&rows.table).and_then(|name| self.held.columns.get(name));
        let columns = asked.into_iter().flatten();
        let columns = columns.map(|name| Column::new(Some(rows.table.clone()), name));
        let scan = LogicalPlanBuilder::scan(rows.table.clone(), provider_as_source(table), None)?;
        let scan = match conjunction(rows.filters.clone()) {
            Some(condition) => scan.filter(condition)?,
            None => scan,
        };
        let known = columns.filter(|it| scan.schema().has_column(it));
        let known: Vec<_> = known.map(Expr::Column).collect();
        let plan = scan.project(known)?.build()?;
        let mut batches = self.session.stream(plan, self.state).await?;
        let mut partitions = vec![vec![]; self.state.config().target_partitions()];
        let mut count = 0;
        while let Some(batch) = batches.try_next().await? {
            let is_held = memory.try_grow(batch.get_array_memory_size()).is_ok();
            if !is_held || memory.size() > most {
                return Ok(Source::TooLarge);
            }
            let partition = count % partitions.len();
            partitions[partition].push(batch);
            count += 1;
        }
        let row_count: usize = partitions.iter().flatten().map(RecordBatch::num_rows).sum();
        tracing::debug!(table = %rows.table, rows = row_count, bytes = memory.size(), "held");
        Ok(Source::InMemory {
            rows: Arc::new(MemTable::try_new(batches.schema(), partitions)?),
            _memory: Arc::new(memory),
        })
    }
}

/// The columns that a scan reads.
fn columns_of(scan: &TableScan) -> impl Iterator<Item = String> {
    let projected = scan.projected_schema.fields().iter();
    let projected = projected.map(|field| field.name().clone());
    let filtered = scan.filters.iter().flat_map(|it| it.column_refs());
    projected.chain(filtered.map(|column| column.name.clone()))
}
