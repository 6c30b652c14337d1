//! Attribution functions for Apache DataFusion.
//!
//! `attribute()` answers which touchpoints (messages, clicks, visits) earned which conversion
//! (order, lead), under one or more attribution models:
//!
//! ```sql
//! SELECT agent_id, SUM(credited_value) AS revenue
//! FROM attribute(
//!   conversions => orders,
//!   touchpoints => (SELECT * FROM messages WHERE direction = 'out'),
//!   key => 'customer_id',
//!   conversion_id => 'order_id',     conversion_time => 'ordered_at',  value => 'total',
//!   touchpoint_id => 'message_id',   touchpoint_time => 'sent_at',
//!   model => 'last_touch',           lookback => INTERVAL '14 days')
//! GROUP BY agent_id
//! ```
//!
//! [`register_all`] adds everything to a session. An application that composes its own session uses
//! the parts: [`AttributeRelationPlanner`], [`AttributeExtensionPlanner`],
//! [`PushConversionFilters`], [`SessionsInBatches`], [`scalar_functions`], [`aggregate_functions`]
//! and [`window_functions`]. [`resolve_table_arguments`] belongs between
//! parsing and planning, so that a table may be named without a subquery.
//!
//! This crate knows no file, clock, environment or network.
#![deny(missing_docs)]

mod attribution;
mod functions;
mod funnel;
mod groups;
mod instant;
mod lists;
mod metrics;
mod sessionize;
mod span;
mod table_arguments;

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;

pub use attribution::{
    AttributeExec, AttributeExtensionPlanner, AttributeQueryPlanner, AttributeRelationPlanner,
    Attribution, AttributionModel, ConversionPath, Credit, MAX_WEIGHT, MODELS, ModelSettings,
    PushConversionFilters, attribute_documentation,
};
pub use functions::{aggregate_functions, scalar_functions, window_functions};
pub use funnel::{retention_udaf, window_funnel_events_udaf, window_funnel_udaf};
pub use metrics::{money_sum_udaf, percent_change_udf, ratio_udf, sum_once_udaf};
pub use sessionize::{SessionsInBatches, sessionize_udwf};
pub use table_arguments::{
    ATTRIBUTE_TABLES, TableFunctionArguments, resolve_table_arguments, resolve_table_arguments_in,
};

/// Adds `attribute()` and all functions to a session.
///
/// The query planner of the builder is replaced. An application that has its own registers the
/// parts and adds [`AttributeExtensionPlanner`] to its extension planners.
pub fn register_all(mut builder: SessionStateBuilder) -> SessionStateBuilder {
    let planners = builder.relation_planners().get_or_insert_default();
    planners.push(Arc::new(AttributeRelationPlanner));
    let functions = builder.scalar_functions().get_or_insert_default();
    functions.extend(scalar_functions());
    let functions = builder.aggregate_functions().get_or_insert_default();
    functions.extend(aggregate_functions());
    let functions = builder.window_functions().get_or_insert_default();
    functions.extend(window_functions());
    builder
        .with_optimizer_rule(Arc::new(PushConversionFilters))
        .with_physical_optimizer_rule(Arc::new(SessionsInBatches))
        .with_query_planner(Arc::new(AttributeQueryPlanner))
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
