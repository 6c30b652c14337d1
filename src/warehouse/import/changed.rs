//! Which rows of a run differ from what is stored, in the types of the stored columns.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, RecordBatch},
        compute::{CastOptions, cast_with_options},
        datatypes::{Field, FieldRef, Schema, SchemaRef},
    },
    common::{Column, DataFusionError, JoinType, Result, plan_err},
    logical_expr::{Expr, Operator, binary_expr, lit, when},
};
use deltalake_core::DeltaTable;

use super::{
    latest::{Latest, latest, provided},
    upsert::Destination,
};
use crate::warehouse::delta;

/// What expressions call the rows of the run, and those of the table.
pub(super) const NEW: &str = "new_rows";
pub(super) const STORED: &str = "stored_rows";

impl Destination<'_> {
    /// The rows that are new or differ from what is stored, with all their values.
    pub(super) async fn changed(&self, stored: &DeltaTable, rows: &Latest) -> Result<Latest> {
        let schema = stored
            .snapshot()
            .map_err(delta::external)?
            .snapshot()
            .arrow_schema();
        let rows = self.fit(&rows.batches, &schema)?;
        let Some(first) = rows.first() else {
            return latest(self.key, &[], &[]);
        };
        let columns = columns_of(&rows);
        let has_flag = |name: &str| first.column_by_name(&provided(name)).is_some();
        let state = self.session.state();
        stored
            .update_datafusion_session(&state)
            .map_err(delta::external)?;
        let provider = stored
            .table_provider()
            .with_session(Arc::new(state))
            .await
            .map_err(|error| error.context(format!("{}: reading", self.name)))?;
        let is_stored = "is stored";
        let stored = self
            .session
            .read_table(provider)?
            .with_column(is_stored, lit(true))?
            .alias(STORED)?;
        let new = self.session.read_batches(rows.clone())?.alias(NEW)?;

        let mut differs = column(STORED, is_stored).is_null();
        let mut values = Vec::new();
        for field in &columns {
            let name = field.name().as_str();
            let (ours, theirs) = (column(NEW, name), column(STORED, name));
            let value = match schema.field_with_name(name) {
                Err(_) => {
                    differs = differs.or(ours.clone().is_not_null());
                    ours
                }
                Ok(_) => {
                    let value = match has_flag(name) {
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
            values.push(value.alias(name));
        }
        let on = self.same_key(&rows);
        let changed = new
            .join_on(stored, JoinType::Left, on)?
            .filter(differs)?
            .select(values)?
            .collect()
            .await?;
        // A stored table of another writer may hold a key twice; both rows get the new values.
        let changed = self.retype(changed, &columns)?;
        latest(self.key, &columns, &changed)
    }

    /// One condition per part of the key; a part that can be NULL compares NULL as a value.
    pub(super) fn same_key(&self, rows: &[RecordBatch]) -> Vec<Expr> {
        let can_be_null = |name: &str| {
            rows.iter().any(|rows| {
                rows.column_by_name(name)
                    .is_some_and(|part| part.null_count() > 0)
            })
        };
        self.key
            .iter()
            .map(|name| {
                let operator = match can_be_null(name) {
                    true => Operator::IsNotDistinctFrom,
                    false => Operator::Eq,
                };
                binary_expr(column(STORED, name), operator, column(NEW, name))
            })
            .collect()
    }

    /// The rows in the types of the stored columns.
    fn fit(&self, rows: &[RecordBatch], stored: &Schema) -> Result<Vec<RecordBatch>> {
        for name in self.key {
            if stored.field_with_name(name).is_err() {
                return plan_err!(
                    "{}: expected the stored key column {name}, got none",
                    self.name
                );
            }
        }
        let columns: Vec<FieldRef> = rows
            .first()
            .map(|rows| rows.schema().fields().iter().cloned().collect())
            .unwrap_or_default();
        let fitting: Vec<FieldRef> = columns
            .iter()
            .map(|field| match stored.field_with_name(field.name()) {
                Ok(found) => Arc::new(
                    field
                        .as_ref()
                        .clone()
                        .with_data_type(found.data_type().clone()),
                ),
                Err(_) => Arc::clone(field),
            })
            .collect();
        self.retype(rows.to_vec(), &fitting)
    }

    fn retype(&self, rows: Vec<RecordBatch>, columns: &[FieldRef]) -> Result<Vec<RecordBatch>> {
        let schema: SchemaRef = Arc::new(Schema::new(columns.to_vec()));
        let options = CastOptions {
            safe: false,
            ..Default::default()
        };
        rows.into_iter()
            .map(|rows| {
                let values = rows
                    .columns()
                    .iter()
                    .zip(columns)
                    .map(|(values, field)| {
                        cast_with_options(values, field.data_type(), &options).map_err(|error| {
                            DataFusionError::from(error).context(format!(
                                "{}: expected values of {} that fit its stored type {}",
                                self.name,
                                field.name(),
                                field.data_type()
                            ))
                        })
                    })
                    .collect::<Result<_>>()?;
                Ok(RecordBatch::try_new(Arc::clone(&schema), values)?)
            })
            .collect()
    }
}

/// The columns of the rows without the flags of [`provided`].
pub(super) fn columns_of(rows: &[RecordBatch]) -> Vec<FieldRef> {
    let Some(rows) = rows.first() else {
        return vec![];
    };
    let schema = rows.schema();
    let is_flag = |field: &Field| {
        schema
            .fields()
            .iter()
            .any(|column| provided(column.name()) == *field.name())
    };
    schema
        .fields()
        .iter()
        .filter(|field| !is_flag(field))
        .cloned()
        .collect()
}

pub(super) fn column(relation: &str, name: &str) -> Expr {
    Expr::Column(Column::new(Some(relation), name))
}
