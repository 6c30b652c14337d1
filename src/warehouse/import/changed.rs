//! Which rows of a run differ from what is stored, in the types of the stored columns.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Field, FieldRef, Schema},
    },
    catalog::TableProvider,
    common::{Column, JoinType, Result, ScalarValue, plan_err},
    dataframe::DataFrame,
    execution::{SessionState, memory_pool::MemoryLimit},
    logical_expr::{Expr, Operator, binary_expr, cast, ident, lit, when},
};
use deltalake_core::DeltaTable;
use futures::TryStreamExt;

use super::{
    latest::{DELETED, FLAG, Rows, RowsWriter, provided},
    upsert::Destination,
};
use crate::warehouse::delta;

/// What expressions call the rows of the run, and those of the table.
pub(super) const NEW: &str = "new_rows";
pub(super) const STORED: &str = "stored_rows";
/// The flag of a changed row whose key is stored.
const IS_STORED: &str = "is stored";

/// Rows that a join may hold in memory where nothing limits it.
const HELD_BYTES: usize = 256 << 20;

/// The rows that change something, and how many.
pub(super) struct Changed {
    /// New and changed rows, and those to be removed with the flag [`DELETED`]; one per key.
    pub(super) rows: Rows,
    pub(super) inserted: u64,
    pub(super) updated: u64,
    pub(super) deleted: u64,
}

impl Destination<'_> {
    /// The rows that are new, differ from what is stored, or are to be removed and are stored;
    /// with all their values.
    pub(super) async fn changed(&self, stored: &DeltaTable, rows: &Rows) -> Result<Changed> {
        let schema = stored
            .snapshot()
            .map_err(delta::external)?
            .snapshot()
            .arrow_schema();
        for name in self.key {
            if schema.field_with_name(name).is_err() {
                return plan_err!(
                    "{}: expected the stored key column {name}, got none",
                    self.name
                );
            }
        }
        let provider = self.provider(stored).await?;
        let state = self.state(rows);
        let stored = in_state(self.session.read_table(provider)?, &state);
        let stored = stored.with_column(IS_STORED, lit(true))?.alias(STORED)?;
        let new = in_state(rows.frame(self.session)?, &state).alias(NEW)?;

        let is_stored = column(STORED, IS_STORED).is_not_null();
        let mut differs = is_stored.clone().is_not_true();
        let mut values = Vec::new();
        for field in &rows.columns {
            let name = field.name().as_str();
            let (ours, theirs) = (column(NEW, name), column(STORED, name));
            let value = match schema.field_with_name(name) {
                Err(_) => {
                    differs = differs.or(ours.clone().is_not_null());
                    ours
                }
                Ok(_) => {
                    let value = match rows.has(&provided(name)) {
                        false => ours,
                        true => {
                            when(column(NEW, &provided(name)), ours).otherwise(theirs.clone())?
                        }
                    };
                    if Some(name) != self.incidental {
                        let other = binary_expr(value.clone(), Operator::IsDistinctFrom, theirs);
                        differs = differs.or(other);
                    }
                    value
                }
            };
            values.push(cast(value, field.data_type().clone()).alias(name));
        }
        let deleted = match rows.has_deleted() {
            true => column(NEW, DELETED),
            false => lit(false),
        };
        let left_out = match self.replaces {
            true => Some(self.left_out(stored.clone(), new.clone(), rows)?),
            false => None,
        };
        let matters = when(deleted.clone(), is_stored.clone()).otherwise(differs)?;
        values.extend([is_stored.alias(IS_STORED), deleted.alias(DELETED)]);
        let changed = new
            .join_on(stored, JoinType::Left, self.same_key(rows))?
            .filter(matters)?
            .select(values)?;
        let changed = match left_out {
            Some(left_out) => changed.union(left_out)?,
            None => changed,
        };
        self.keep(changed, &rows.columns).await
    }

    /// The stored rows whose key is not among the rows, as rows to be removed.
    fn left_out(&self, stored: DataFrame, new: DataFrame, rows: &Rows) -> Result<DataFrame> {
        let mut values = Vec::new();
        for field in &rows.columns {
            let (name, data_type) = (field.name(), field.data_type().clone());
            let value = match self.key.contains(&name.as_str()) {
                true => cast(column(STORED, name), data_type),
                false => lit(ScalarValue::try_from(&data_type)?),
            };
            values.push(value.alias(name));
        }
        values.extend([lit(true).alias(IS_STORED), lit(true).alias(DELETED)]);
        stored
            .join_on(new, JoinType::LeftAnti, self.same_key(rows))?
            .select(values)
    }

    /// Puts the changed rows on disk and counts them.
    async fn keep(&self, changed: DataFrame, columns: &[FieldRef]) -> Result<Changed> {
        let flag = |name| Arc::new(Field::new(name, FLAG, false));
        let fields = columns.iter().cloned();
        let fields: Vec<FieldRef> = fields.chain([flag(IS_STORED), flag(DELETED)]).collect();
        let writer = RowsWriter::new(self.session, self.key, &fields);
        let mut writer = writer.watching(self.order.first().copied());
        let schema = Arc::new(Schema::new(fields));
        let mut changed = changed.execute_stream().await?;
        while let Some(batch) = changed.try_next().await? {
            let columns = batch.columns().to_vec();
            writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns)?)?;
        }
        // A stored table of another writer may hold a key twice; both rows get the new values.
        let rows = writer.latest(self.session, columns.to_vec()).await?;
        let is_stored = rows.count(self.session, IS_STORED).await?;
        let deleted = rows.deleted(self.session).await?;
        Ok(Changed {
            inserted: rows.row_count - is_stored,
            updated: is_stored - deleted,
            deleted,
            rows,
        })
    }

    /// One condition per part of the key; a part that can be NULL compares NULL as a value.
    pub(super) fn same_key(&self, rows: &Rows) -> Vec<Expr> {
        self.key
            .iter()
            .map(|name| {
                let operator = match rows.has_nulls(name) {
                    true => Operator::IsNotDistinctFrom,
                    false => Operator::Eq,
                };
                binary_expr(column(STORED, name), operator, column(NEW, name))
            })
            .collect()
    }

    /// The stored rows.
    async fn provider(&self, stored: &DeltaTable) -> Result<Arc<dyn TableProvider>> {
        let state = self.session.state();
        stored
            .update_datafusion_session(&state)
            .map_err(delta::external)?;
        let provider = stored.table_provider().with_session(Arc::new(state)).await;
        let provider =
            provider.map_err(|error| error.context(format!("{}: reading", self.name)))?;
        Ok(provider)
    }

    /// The state to join the rows with: a hash join holds one side, a merge join spills both.
    pub(super) fn state(&self, rows: &Rows) -> SessionState {
        let mut state = self.session.state();
        let may_hold = match state.runtime_env().memory_pool.memory_limit() {
            MemoryLimit::Finite(bytes) => bytes / 4,
            _ => HELD_BYTES,
        };
        if rows.size_bytes() > may_hold {
            let options = state.config_mut().options_mut();
            options.optimizer.prefer_hash_join = false;
            // With one partition DataFusion joins by hash whatever is preferred.
            let partitions = &mut options.execution.target_partitions;
            *partitions = (*partitions).max(2);
        }
        state
    }
}

fn in_state(frame: DataFrame, state: &SessionState) -> DataFrame {
    DataFrame::new(state.clone(), frame.into_parts().1)
}

pub(super) fn column(relation: &str, name: &str) -> Expr {
    Expr::Column(Column::new(Some(relation), name))
}

/// The columns of the table under their own names, NULL where the rows lack one.
pub(super) fn as_stored(rows: &Rows, stored: &[FieldRef]) -> Result<Vec<Expr>> {
    let named = |name: &str| rows.columns.iter().any(|column| column.name() == name);
    let known = stored.iter().map(|field| match named(field.name()) {
        true => Ok(ident(field.name())),
        false => {
            let null = ScalarValue::try_from(field.data_type())?;
            Ok(lit(null).alias(field.name()))
        }
    });
    let is_new = |column: &&FieldRef| !stored.iter().any(|field| field.name() == column.name());
    let new = rows.columns.iter().filter(is_new);
    known
        .chain(new.map(|column| Ok(ident(column.name()))))
        .collect()
}
