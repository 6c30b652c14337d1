//! The time columns of both inputs, brought to one unit.

use datafusion::arrow::datatypes::TimeUnit;
use datafusion::common::Result;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::planner::RelationPlannerContext;

use super::arguments::{Arguments, wrong};
use super::column_types::{time_unit, to_instant};
use super::input_columns::{Found, InputColumns};
use super::inputs::Input;
use super::resolve::{Columns, find};

/// The time columns that the arguments name.
pub(crate) struct Instants {
    pub(crate) conversion_time: Found,
    pub(crate) touchpoint_time: Found,
    pub(crate) touchpoint_end: Option<Found>,
    /// The unit in which all of them are compared.
    pub(crate) unit: TimeUnit,
}

impl Instants {
    pub(crate) fn find(
        args: &Arguments,
        columns: &Columns<'_>,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<Self> {
        let mut unit = TimeUnit::Microsecond;
        let mut time = |argument, columns: &InputColumns<'_>| {
            let found = find(argument, columns, args, ctx)?;
            match time_unit(&found.data_type) {
                Some(TimeUnit::Nanosecond) => unit = TimeUnit::Nanosecond,
                Some(_) => {}
                None => {
                    let expected = "name a TIMESTAMP or DATE column";
                    return Err(wrong(argument, expected, found.typed()));
                }
            }
            Ok(found)
        };
        let conversion_time = time("conversion_time", &columns.conversions)?;
        let touchpoint_time = time("touchpoint_time", &columns.touchpoints)?;
        let touchpoint_end = match args.get("touchpoint_end") {
            Some(_) => Some(time("touchpoint_end", &columns.touchpoints)?),
            None => None,
        };
        Ok(Self {
            conversion_time,
            touchpoint_time,
            touchpoint_end,
            unit,
        })
    }

    /// Name of this time in its input, after a cast where one is needed.
    pub(crate) fn column(&self, input: &mut Input, role: &str, found: &Found) -> String {
        let expr = Expr::Column(found.column.clone());
        match to_instant(expr, &found.data_type, self.unit) {
            Some(expr) => input.add(role, expr),
            None => input.name_of(found.idx),
        }
    }
}
