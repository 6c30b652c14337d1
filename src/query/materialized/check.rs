//! What cannot be stored is refused when the view is made.

use datafusion::{
    arrow::datatypes::{DataType, Field},
    common::{Result, plan_err},
    execution::SessionState,
};
use deltalake_core::kernel::{StructField, engine::arrow_conversion::TryIntoKernel};

use super::{
    super::{
        catalog::Query,
        view::{Body, View, ViewName},
    },
    basis::check_stable,
    order::order,
    rows::rows,
};

/// Whether a view can be stored; one that is not materialized need not be.
///
/// # Arguments
/// `state`: of a query that knows the view.
///
/// # Errors
/// A plan error that says what stands in the way.
pub async fn check(query: &Query, view: &View, state: &SessionState) -> Result<()> {
    let Some(materialized) = &view.materialized else {
        return Ok(());
    };
    check_name(&view.full_name())?;
    let sorted = match &view.body {
        Body::Query(body) => order(body),
        Body::Metrics(_) => Ok(Vec::new()),
    };
    let sorted = sorted.map_err(|error| error.context(format!("view {}", view.full_name())))?;
    check_stable(query, view)?;
    let rows = rows(view, state, None).await?;
    for column in sorted.iter().flat_map(|it| it.expr.column_refs()) {
        if !rows.columns.iter().any(|it| *it.name() == column.name) {
            return plan_err!(
                "{}: ORDER BY: expected a column of the result, which the stored rows have, got {}",
                view.full_name(),
                column.name
            );
        }
    }
    for field in rows.plan.schema().fields() {
        if !is_storable(field) {
            return plan_err!(
                "{}: column {} has the type {}, which a stored table cannot have: cast it",
                view.full_name(),
                field.name(),
                field.data_type()
            );
        }
    }
    if materialized.day.is_some()
        && rows.columns.len() == 1
        && rows.plan.schema().fields().len() == 1
    {
        return plan_err!(
            "{}: expected a column besides that of the day",
            view.full_name()
        );
    }
    Ok(())
}

/// The name is that of folders.
fn check_name(name: &ViewName) -> Result<()> {
    let is_plain = |text: &str| {
        !text.starts_with(['_', '-'])
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    match is_plain(&name.schema) && is_plain(&name.name) {
        true => Ok(()),
        false => plan_err!(
            "{name}: expected the name of a materialized view to have letters of ASCII, digits and \
             _ alone, and to begin with none of _ and -: it is the name of a folder"
        ),
    }
}

/// Whether values come back from a Delta table as they were.
fn is_storable(field: &Field) -> bool {
    match field.data_type() {
        // They are stored as another type that holds all their values, and cast back.
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => true,
        DataType::Utf8View | DataType::LargeUtf8 | DataType::BinaryView | DataType::LargeBinary => {
            true
        }
        _ => {
            let kernel: Result<StructField, _> = field.try_into_kernel();
            kernel.is_ok()
        }
    }
}
