//! The documentation of every function that stands in FROM.
//!
//! DataFusion lets scalar, aggregate and window functions carry their documentation; table
//! functions and what relation planners plan have no slot for it. A new one is one line here, and
//! gets a page of its own in `docs/functions/`.

use datafusion::logical_expr::{DocSection, Documentation};
use datafusion_attribution::attribute_documentation;

use super::{
    explain_order::{EXPLAIN_ORDER, explain_order_documentation},
    time::{IN_PERIODS, PERIODS_DOCUMENTATION, in_periods_documentation},
};

/// The section of these functions in lists.
pub(super) const TABLE_FUNCTIONS: DocSection = DocSection {
    include: true,
    label: "Table Functions",
    description: None,
};

/// Every function in FROM that Tributary adds, by name.
pub fn documented_table_functions() -> [(&'static str, &'static Documentation); 4] {
    [
        ("attribute", attribute_documentation()),
        (EXPLAIN_ORDER, explain_order_documentation()),
        (IN_PERIODS, in_periods_documentation()),
        ("periods", &PERIODS_DOCUMENTATION),
    ]
}
