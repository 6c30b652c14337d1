//! Touched rows, computed.
//!
//! Before touched rows are joined with anything they are computed: mostly they are few or none,
//! whatever the size of the tables, and then what they meet need not be read as a whole.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    common::{Column, Result, config::ConfigOptions},
    datasource::{MemTable, provider_as_source},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
};
use futures::TryStreamExt;

use super::{
    columns::{Columns, by_place, columns, columns_in_order, distinct, under_names},
    walk::Walk,
};

/// More rows than this stay a plan.
const MOST_ROWS: usize = 1_000_000;
const FEW_ROWS: usize = 10_000;
const COMPUTED: &str = "computed";

/// Touched rows before they are joined with something.
pub(super) struct Settled {
    pub(super) rows: LogicalPlan,
    /// The same rows, in the columns of the plan; `None` if they are too many.
    pub(super) batches: Option<Vec<RecordBatch>>,
    /// What functions of their columns are computed with.
    pub(super) options: Arc<ConfigOptions>,
}

impl Settled {
    /// Whether they are so few that looking at what they are part of costs little.
    pub(super) fn are_few(&self) -> bool {
        let rows = |batches: &Vec<RecordBatch>| batches.iter().map(RecordBatch::num_rows).sum();
        let row_count: Option<usize> = self.batches.as_ref().map(rows);
        row_count.is_some_and(|row_count| row_count <= FEW_ROWS)
    }
}

impl Walk<'_> {
    /// Computes touched rows, those with the same columns together and each once.
    ///
    /// # Arguments
    /// `useful`: the columns that are wanted of them, where they are known.
    ///
    /// # Returns
    /// Nothing for rows that turn out not to be.
    pub(super) async fn settled(
        &self,
        touched: Vec<LogicalPlan>,
        useful: &Columns,
    ) -> Result<Vec<Settled>> {
        let mut alike: BTreeMap<Vec<String>, (Vec<Column>, LogicalPlan)> = BTreeMap::new();
        for rows in touched {
            let known = columns(rows.schema());
            let names: Vec<Column> = known.intersection(useful).cloned().collect();
            // A union forgets the relations.
            let rows = by_place(rows, &names)?;
            let types = rows.schema().fields().iter().map(|it| it.data_type());
            let alike_by = names.iter().zip(types);
            let alike_by = alike_by.map(|(name, data_type)| format!("{name:?} {data_type}"));
            let alike_by = alike_by.collect();
            let rows = match alike.remove(&alike_by) {
                Some((_, others)) => LogicalPlanBuilder::from(others).union(rows)?.build()?,
                None => rows,
            };
            alike.insert(alike_by, (names, rows));
        }
        let mut settled = vec![];
        for (names, rows) in alike.into_values() {
            settled.extend(self.settle(distinct(rows), names).await?);
        }
        Ok(settled)
    }

    /// Computes all of these rows, as often as they are there; `None` if there are none.
    pub(super) async fn settled_whole(&self, rows: LogicalPlan) -> Result<Option<Settled>> {
        let names = columns_in_order(rows.schema());
        self.settle(by_place(rows, &names)?, names).await
    }

    /// Computes rows, whose columns are named by their places.
    ///
    /// # Arguments
    /// `names`: what the columns are called.
    ///
    /// # Returns
    /// `None` if there are none.
    async fn settle(&self, rows: LogicalPlan, names: Vec<Column>) -> Result<Option<Settled>> {
        let rows = self.over_memory(rows).await?;
        let mut stream = self.session.stream(rows.clone(), self.state).await?;
        let schema = stream.schema();
        let options = Arc::clone(self.state.config_options());
        let (mut batches, mut row_count) = (vec![], 0);
        while let Some(batch) = stream.try_next().await? {
            row_count += batch.num_rows();
            if row_count > MOST_ROWS {
                return Ok(Some(Settled {
                    rows: under_names(rows, names)?,
                    batches: None,
                    options,
                }));
            }
            batches.push(batch);
        }
        let columns = names.iter().map(|it| it.name.as_str());
        let columns: Vec<_> = columns.collect();
        tracing::debug!(rows = row_count, ?columns, "followed");
        if row_count == 0 {
            return Ok(None);
        }
        let table = MemTable::try_new(schema, vec![batches.clone()])?;
        let table = provider_as_source(Arc::new(table));
        let rows = LogicalPlanBuilder::scan(COMPUTED, table, None)?.build()?;
        Ok(Some(Settled {
            rows: under_names(rows, names)?,
            batches: Some(batches),
            options,
        }))
    }
}
