//! The latest row of each key among the rows of a run.
//!
//! A later file may lack columns that an earlier one has. Importing them one after the other
//! would keep the earlier values of those columns, and so does a run over both: each column of a
//! key comes from the latest row whose file has that column.
//!
//! Which rows are the latest is one bit for each row, found by an aggregation over the keys of
//! those rows whose key may occur twice (`repeated`). Only where columns differ between files are
//! whole rows aggregated. Both are plans of DataFusion, which spill.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, RecordBatch, UInt64Array,
        },
        buffer::BooleanBuffer,
        datatypes::{DataType, Field, FieldRef, Schema, TimestampMicrosecondType, UInt64Type},
    },
    common::Result,
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{bool_or, last_value, max},
    logical_expr::{Expr, ExprFunctionExt, ident},
    prelude::SessionContext,
};
use futures::TryStreamExt;

use super::{
    repeated::KeyHashes,
    spool::{Spool, SpoolWriter},
};

/// Where in the run a row is, counted from 0 in the order of the files.
const POSITION: &str = "row position";
/// The flag of a row whose key is to be removed from the table.
pub(super) const DELETED: &str = "is deleted";

/// The type of all flags.
pub(super) const FLAG: DataType = DataType::Boolean;

/// The name of the flag that says whether a row has the column at all.
pub(super) fn provided(column: &str) -> String {
    // A space cannot be in the name of a column, so this clashes with none.
    format!("has {column}")
}

/// The rows of a run being collected, in the order of the files.
pub(super) struct RowsWriter {
    key: &'static [&'static str],
    rows: SpoolWriter,
    hashes: KeyHashes,
    order: Option<Order>,
    row_count: u64,
}

/// A column by which the rows have come in order so far.
struct Order {
    column: &'static str,
    last: Option<i64>,
}

/// One row per key.
#[derive(Clone)]
pub(super) struct Rows {
    key: &'static [&'static str],
    /// The columns to write, in order; not the flags.
    pub(super) columns: Vec<FieldRef>,
    spool: Spool,
    /// `None`: no key occurs twice.
    kept: Option<BooleanBuffer>,
    /// Whether values come from different rows of a key.
    is_mixed: bool,
    pub(super) row_count: u64,
    /// Rows left out because a later one has their key.
    pub(super) superseded: u64,
    /// The instant by which the rows are in order already.
    ordered_by: Option<&'static str>,
}

impl RowsWriter {
    /// # Arguments
    /// `fields`: the columns of every batch, with a flag [`provided`] for each column that not all
    /// rows have, and perhaps [`DELETED`].
    pub(super) fn new(
        session: &SessionContext,
        key: &'static [&'static str],
        fields: &[FieldRef],
    ) -> Self {
        let position = Arc::new(Field::new(POSITION, DataType::UInt64, false));
        let rows = fields.iter().cloned().chain([position]);
        let schema = Arc::new(Schema::new(rows.collect::<Vec<FieldRef>>()));
        Self {
            key,
            rows: SpoolWriter::new(session, schema),
            hashes: KeyHashes::new(session),
            order: None,
            row_count: 0,
        }
    }

    /// Watches whether rows come in the order of an instant.
    pub(super) fn watching(mut self, column: Option<&'static str>) -> Self {
        self.order = column.map(|column| Order { column, last: None });
        self
    }

    /// Adds rows that come after all before them.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let end = self.row_count + rows.num_rows() as u64;
        let positions = Arc::new(UInt64Array::from_iter_values(self.row_count..end)) as ArrayRef;
        self.row_count = end;
        let keys = self.key.iter().filter_map(|name| rows.column_by_name(name));
        self.hashes.add(keys, rows.num_rows())?;
        self.order = self.order.take().and_then(|order| order.after(rows));
        let all = rows.columns().iter().cloned().chain([positions]).collect();
        self.rows
            .write(&RecordBatch::try_new(Arc::clone(self.rows.schema()), all)?)
    }

    /// Finds the latest row of each key; two NULLs are one key.
    ///
    /// # Arguments
    /// `columns`: those of the rows that are wanted.
    pub(super) async fn latest(
        self,
        session: &SessionContext,
        columns: Vec<FieldRef>,
    ) -> Result<Rows> {
        let spool = self.rows.finish()?;
        let kept = match self.hashes.repeated(spool.row_count()) {
            Some(repeated) => latest(session, self.key, &spool, &repeated).await?,
            None => BooleanBuffer::new_set(spool.row_count()),
        };
        let (row_count, all) = (kept.count_set_bits(), kept.len());
        let has_flag = |column: &FieldRef| {
            let flag = provided(column.name());
            spool.schema().field_with_name(&flag).is_ok()
        };
        Ok(Rows {
            key: self.key,
            is_mixed: row_count < all && columns.iter().any(has_flag),
            columns,
            spool,
            kept: (row_count < all).then_some(kept),
            row_count: row_count as u64,
            superseded: (all - row_count) as u64,
            ordered_by: self.order.map(|order| order.column),
        })
    }
}

impl Order {
    /// `None` if these rows do not follow those before in order.
    fn after(self, rows: &RecordBatch) -> Option<Self> {
        let values = rows.column_by_name(self.column)?;
        let values = values.as_primitive_opt::<TimestampMicrosecondType>()?;
        if values.null_count() > 0 || !values.values().is_sorted() {
            return None;
        }
        let (Some(first), Some(last)) = (values.values().first(), values.values().last()) else {
            return Some(self);
        };
        (self.last <= Some(*first)).then_some(Self {
            last: Some(*last),
            ..self
        })
    }
}

/// One bit for each row: whether no later one has its key.
///
/// # Arguments
/// `repeated`: one bit for each row whose key another row may have.
async fn latest(
    session: &SessionContext,
    key: &[&str],
    rows: &Spool,
    repeated: &BooleanBuffer,
) -> Result<BooleanBuffer> {
    let mut latest = BooleanBufferBuilder::new(rows.row_count());
    latest.append_buffer(&!repeated);
    let by_key: Vec<Expr> = key.iter().map(|name| ident(*name)).collect();
    let last = max(ident(POSITION)).alias(POSITION);
    let found = rows
        .frame(session, Some(repeated))?
        .select([&by_key[..], &[ident(POSITION)]].concat())?
        .aggregate(by_key, vec![last])?
        .select(vec![ident(POSITION)])?;
    let mut found = found.execute_stream().await?;
    while let Some(found) = found.try_next().await? {
        for position in found.column(0).as_primitive::<UInt64Type>().values() {
            latest.set_bit(*position as usize, true);
        }
    }
    Ok(latest.finish())
}

impl Rows {
    /// The rows in a plan: the columns, the flags of those that not all rows have, and perhaps
    /// [`DELETED`].
    pub(super) fn frame(&self, session: &SessionContext) -> Result<DataFrame> {
        let names = self.columns.iter().map(|column| column.name().clone());
        let flags: Vec<String> = names.clone().map(|name| provided(&name)).collect();
        let deleted = DELETED.to_owned();
        let present = flags.iter().chain([&deleted]);
        let present = present.filter(|name| self.has(name));
        let wanted: Vec<String> = names.chain(present.cloned()).collect();
        if !self.is_mixed {
            let rows = self.spool.frame(session, self.kept.as_ref())?;
            return rows.select(wanted.into_iter().map(ident).collect::<Vec<_>>());
        }
        let values = wanted.iter().filter(|name| !self.is_key(name));
        let values = values.map(|name| match flags.contains(name) {
            true => Ok(bool_or(ident(name)).alias(name)),
            false => self.last(name),
        });
        let values = values.collect::<Result<Vec<Expr>>>()?;
        let keys: Vec<Expr> = self.key.iter().map(|name| ident(*name)).collect();
        self.spool
            .frame(session, None)?
            .aggregate(keys, values)?
            .select(wanted.into_iter().map(ident).collect::<Vec<_>>())
    }

    /// The value of the latest row that has the column.
    fn last(&self, name: &str) -> Result<Expr> {
        let by_position = vec![ident(POSITION).sort(true, false)];
        let last = last_value(ident(name), vec![]).order_by(by_position);
        let flag = provided(name);
        let last = match self.has(&flag) {
            true => last.filter(ident(flag)).build()?,
            false => last.build()?,
        };
        Ok(last.alias(name))
    }

    /// How many rows have a key to be removed.
    pub(super) async fn deleted(&self, session: &SessionContext) -> Result<u64> {
        match self.has_deleted() {
            false => Ok(0),
            true => self.count(session, DELETED).await,
        }
    }

    /// How many rows have the flag.
    pub(super) async fn count(&self, session: &SessionContext, flag: &str) -> Result<u64> {
        let rows = match self.is_mixed {
            true => self.frame(session)?,
            false => self.spool.frame(session, self.kept.as_ref())?,
        };
        Ok(rows.filter(ident(flag))?.count().await? as u64)
    }

    pub(super) fn has_deleted(&self) -> bool {
        self.has(DELETED)
    }

    /// Whether the rows have this column or flag.
    pub(super) fn has(&self, name: &str) -> bool {
        self.spool.schema().field_with_name(name).is_ok()
    }

    /// Whether a row has NULL in the column.
    pub(super) fn has_nulls(&self, column: &str) -> bool {
        self.spool.has_nulls(column)
    }

    /// About what the rows would take in memory.
    pub(super) fn size_bytes(&self) -> usize {
        self.spool.size_bytes()
    }

    /// Whether the rows are in this order already.
    pub(super) fn is_in_order(&self, order: &[&str]) -> bool {
        !self.is_mixed && self.ordered_by.is_some_and(|column| order == [column])
    }

    /// The rows in a plan that reads one after the other, as they came.
    pub(super) fn frame_as_they_came(&self, session: &SessionContext) -> Result<DataFrame> {
        let mut state = session.state();
        state.config_mut().options_mut().execution.target_partitions = 1;
        self.frame(&SessionContext::new_with_state(state))
    }

    fn is_key(&self, name: &str) -> bool {
        self.key.contains(&name)
    }
}

/// A column of flags that are all the same.
pub(super) fn flags(value: bool, row_count: usize) -> ArrayRef {
    Arc::new(BooleanArray::from(vec![value; row_count]))
}
