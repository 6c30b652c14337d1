//! Which numbers a run changed: why did yesterday change?
//!
//! For each day that was stored before and made again, the number of rows and the sum of each
//! numeric column are compared. That is what people add up, and small enough to be remembered.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{DataType, Date32Type, Float64Type},
    },
    common::Result,
    functions_aggregate::expr_fn::{count, sum},
    logical_expr::{Expr, cast, ident, lit},
    prelude::SessionContext,
};
use deltalake_core::DeltaTable;
use jiff::{Timestamp, civil::Date};

use super::{changed::date, extent::is_replaced};
use crate::warehouse::{delta, ledger::Restatement, stored_view::Replaced};

/// What stands for the number of rows among the columns that are summed up.
const ROWS: &str = "rows";
/// More numbers than this of one run are not remembered.
const MOST: usize = 1_000;
/// Sums of floats differ by this much when nothing but their order changed.
const NOISE: f64 = 1e-9;

/// Two versions of the stored rows of a view.
#[derive(Debug, Clone)]
pub(super) struct Versions {
    pub(super) before: DeltaTable,
    pub(super) after: DeltaTable,
    /// The column of the day.
    pub(super) day: String,
    /// What the later one replaced.
    pub(super) replaced: Replaced,
}

/// The sums of each day, by column.
type Sums = BTreeMap<Date, BTreeMap<String, f64>>;

/// The numbers of days that differ between two versions; a day after all that were there before
/// is new, and none of them.
///
/// # Errors
/// An error of reading the rows.
pub(super) async fn restatements(
    context: &SessionContext,
    versions: &Versions,
    run: &str,
    at: Timestamp,
) -> Result<Vec<Restatement>> {
    let before = sums(context, &versions.before, versions).await?;
    let after = sums(context, &versions.after, versions).await?;
    let days: BTreeSet<Date> = before.keys().chain(after.keys()).copied().collect();
    let last = last_day(context, versions).await?;
    let none = BTreeMap::new();
    let mut found = Vec::new();
    for day in days.into_iter().filter(|day| Some(*day) <= last) {
        let (before, after) = (
            before.get(&day).unwrap_or(&none),
            after.get(&day).unwrap_or(&none),
        );
        let measures: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for measure in measures {
            let (before, after) = (before.get(measure), after.get(measure));
            if differ(before, after) {
                found.push(Restatement {
                    run: run.to_owned(),
                    at,
                    day,
                    measure: measure.clone(),
                    before: before.copied(),
                    after: after.copied(),
                });
            }
        }
    }
    found.truncate(MOST);
    Ok(found)
}

async fn sums(context: &SessionContext, table: &DeltaTable, versions: &Versions) -> Result<Sums> {
    let day = || ident(&versions.day);
    let mut rows = context.read_table(delta::provider(table, &context.state())?)?;
    if let Some(replaced) = is_replaced(&versions.replaced, day()) {
        rows = rows.filter(replaced)?;
    }
    rows = rows.filter(day().is_not_null())?;
    let measures: Vec<String> = rows
        .schema()
        .fields()
        .iter()
        .filter(|field| field.data_type().is_numeric() && *field.name() != versions.day)
        .map(|field| field.name().clone())
        .collect();
    let of_column = |name: &String| sum(cast(ident(name), DataType::Float64)).alias(name);
    // A space cannot be in the name of a column, so this clashes with none.
    let rows_name = format!("number of {ROWS}");
    let count = cast(count(lit(1)), DataType::Float64).alias(&rows_name);
    let aggregates: Vec<Expr> = measures.iter().map(of_column).collect();
    let rows = rows.aggregate(vec![day()], [aggregates, vec![count]].concat())?;
    let mut sums = Sums::new();
    for batch in rows.collect().await? {
        let days = batch.column(0).as_primitive::<Date32Type>();
        for (index, day) in days.iter().enumerate() {
            let Some(day) = day.and_then(date) else {
                continue;
            };
            let names = measures.iter().map(String::as_str).chain([ROWS]);
            let of_day = names
                .zip(&batch.columns()[1..])
                .filter_map(|(name, values)| {
                    let values = values.as_primitive::<Float64Type>();
                    let value = values.iter().nth(index).flatten()?;
                    Some((name.to_owned(), value))
                });
            sums.insert(day, of_day.collect());
        }
    }
    Ok(sums)
}

/// The last day that was stored before.
async fn last_day(context: &SessionContext, versions: &Versions) -> Result<Option<Date>> {
    let rows = context.read_table(delta::provider(&versions.before, &context.state())?)?;
    let last = datafusion::functions_aggregate::expr_fn::max(ident(&versions.day));
    let rows = rows.aggregate(vec![], vec![last])?.collect().await?;
    let last = rows.first().and_then(|rows| {
        let days = rows.column(0).as_primitive::<Date32Type>();
        days.iter().next().flatten()
    });
    Ok(last.and_then(date))
}

fn differ(before: Option<&f64>, after: Option<&f64>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            (before - after).abs() > NOISE * before.abs().max(after.abs())
        }
        _ => before.is_some() != after.is_some(),
    }
}
