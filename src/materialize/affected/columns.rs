//! The columns that touched rows have, of those of the plan they stand for.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{Column, DFSchema, Result},
    logical_expr::{Distinct, Expr, LogicalPlan, LogicalPlanBuilder, lit},
};

/// Names of columns.
pub(super) type Columns = BTreeSet<Column>;

/// Columns of a plan that are asked of its touched rows.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Those that they must have, unless they cannot be known.
    pub(super) needed: Columns,
    /// These, and others that make the answer more exact.
    pub(super) useful: Columns,
}

impl Asked {
    pub(super) fn just(needed: Columns) -> Self {
        let useful = needed.clone();
        Self { needed, useful }
    }

    /// What that is of something below.
    pub(super) fn map(&self, below: impl Fn(&Columns) -> Columns) -> Self {
        Self {
            needed: below(&self.needed),
            useful: below(&self.useful),
        }
    }

    pub(super) fn with_useful(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.useful.extend(columns);
        self
    }
}

/// A column of rows of which nothing else is known.
const TOUCHED: &str = "touched";
/// A relation to join with.
pub(super) const KEYS: &str = "touched_keys";

/// The column at an index.
pub(super) fn column(schema: &DFSchema, index: usize) -> Column {
    Column::from(schema.qualified_field(index))
}

pub(super) fn columns_in_order(schema: &DFSchema) -> Vec<Column> {
    (0..schema.fields().len())
        .map(|index| column(schema, index))
        .collect()
}

/// Rows with these columns alone, named by their places: those of two relations may have one name.
pub(super) fn by_place(rows: LogicalPlan, names: &[Column]) -> Result<LogicalPlan> {
    let columns = names.iter().cloned().enumerate();
    let columns = columns.map(|(place, name)| Expr::Column(name).alias(format!("column_{place}")));
    with(rows, columns.collect())
}

/// All columns of a schema.
pub(super) fn columns(schema: &DFSchema) -> Columns {
    schema.columns().into_iter().collect()
}

/// The columns that these expressions read.
pub(super) fn read_by<'a>(expressions: impl IntoIterator<Item = &'a Expr>) -> Columns {
    let read = expressions.into_iter().flat_map(Expr::column_refs);
    read.cloned().collect()
}

/// Whether rows have these columns.
pub(super) fn have<'a>(rows: &LogicalPlan, columns: impl IntoIterator<Item = &'a Column>) -> bool {
    let schema = rows.schema();
    columns
        .into_iter()
        .all(|column| schema.maybe_index_of_column(column).is_some())
}

/// Whether an expression can be computed from rows.
pub(super) fn know(rows: &LogicalPlan, expression: &Expr) -> bool {
    have(rows, expression.column_refs())
}

/// An expression under the name of a column.
pub(super) fn named(expression: &Expr, column: Column) -> Expr {
    match expression {
        Expr::Column(it) if *it == column => expression.clone(),
        _ => expression
            .clone()
            .unalias()
            .alias_qualified(column.relation, column.name),
    }
}

/// Rows with these columns alone.
pub(super) fn with(rows: LogicalPlan, columns: Vec<Expr>) -> Result<LogicalPlan> {
    let columns = match columns.is_empty() {
        true => vec![lit(true).alias(TOUCHED)],
        false => columns,
    };
    LogicalPlanBuilder::from(rows).project(columns)?.build()
}

/// Rows under the names of another schema, which has the same columns in the same order as `from`.
pub(super) fn renamed(rows: LogicalPlan, from: &DFSchema, to: &DFSchema) -> Result<LogicalPlan> {
    let known = (0..from.fields().len()).filter_map(|index| {
        let from = column(from, index);
        let is_known = have(&rows, [&from]);
        is_known.then(|| named(&Expr::Column(from), column(to, index)))
    });
    let known = known.collect();
    with(rows, known)
}

/// The first columns, in the same order, under other names.
pub(super) fn under_names(rows: LogicalPlan, names: Vec<Column>) -> Result<LogicalPlan> {
    let columns = columns_in_order(rows.schema()).into_iter().zip(names);
    let columns = columns.map(|(column, name)| named(&Expr::Column(column), name));
    let columns = columns.collect();
    with(rows, columns)
}

/// Each of these rows once.
pub(super) fn distinct(rows: LogicalPlan) -> LogicalPlan {
    LogicalPlan::Distinct(Distinct::All(Arc::new(rows)))
}
