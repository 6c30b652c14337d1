//! Other rows in the place of those that a scan reads.

use std::sync::Arc;

use datafusion::{
    catalog::TableProvider,
    common::{Column, Result, ScalarValue, TableReference},
    datasource::provider_as_source,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder, TableScan, cast, lit, utils::conjunction,
    },
};

use super::columns::{columns_in_order, named, with};
use crate::query::{materialized::stored_view_of, view::DEFAULT_SCHEMA};

/// What a scan of this name reads: a table of the warehouse, or what is stored of a view. Tables of
/// the engine do not change.
pub(super) fn source_of(scanned: &TableReference) -> Option<&str> {
    match stored_view_of(scanned) {
        Some(view) => Some(view),
        None => {
            let is_of_warehouse = scanned
                .schema()
                .is_none_or(|schema| schema == DEFAULT_SCHEMA);
            is_of_warehouse.then(|| scanned.table())
        }
    }
}

/// What a scan would read if these rows were those of its table; columns that they do not have are
/// NULL.
pub(super) fn in_place_of(scan: &TableScan, rows: Arc<dyn TableProvider>) -> Result<LogicalPlan> {
    let name = scan.table_name.clone();
    let stored = rows.schema();
    let rows = LogicalPlanBuilder::scan(name.clone(), provider_as_source(rows), None)?.build()?;
    let schema = scan.source.schema();
    let columns = schema.fields().iter().map(|field| {
        let column = Column::new(Some(name.clone()), field.name());
        let value = match stored.field_with_name(field.name()) {
            Ok(stored) if stored.data_type() == field.data_type() => Expr::Column(column.clone()),
            Ok(_) => cast(Expr::Column(column.clone()), field.data_type().clone()),
            Err(_) => lit(ScalarValue::try_from(field.data_type())?),
        };
        Ok(named(&value, column))
    });
    let rows = with(rows, columns.collect::<Result<_>>()?)?;
    let rows = match conjunction(scan.filters.clone()) {
        Some(condition) => LogicalPlanBuilder::from(rows).filter(condition)?.build()?,
        None => rows,
    };
    let columns = columns_in_order(&scan.projected_schema).into_iter();
    // There may be none: of the rows only their number is asked.
    let rows = LogicalPlanBuilder::from(rows).project(columns.map(Expr::Column))?;
    match scan.fetch {
        Some(most) => rows.limit(0, Some(most))?.build(),
        None => rows.build(),
    }
}
