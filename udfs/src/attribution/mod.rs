//! `attribute()`: which touchpoints earned which conversion.
//!
//! A call goes through these files in order: `relation_planner` recognizes it, `arguments` and
//! `resolve` check what it says, `logical` is its node in the plan, `filter_pushdown` moves filters
//! below it, `extension_planner` makes the operator in `physical`. The arithmetic is in `models`
//! and `split`, which know no DataFusion type.

mod arguments;
mod column_types;
mod conversion_path;
mod direct;
mod documentation;
mod extension_planner;
mod filter_pushdown;
mod input_columns;
mod inputs;
mod inspect;
mod instants;
mod logical;
mod models;
mod output;
mod physical;
mod relation_planner;
mod resolve;
mod spec;
mod split;

pub use conversion_path::{ConversionPath, Credit, MAX_WEIGHT, ModelSettings};
pub use documentation::attribute_documentation;
pub use extension_planner::{AttributeExtensionPlanner, AttributeQueryPlanner};
pub use filter_pushdown::PushConversionFilters;
pub use inspect::Attribution;
pub use models::{AttributionModel, MODELS};
pub use physical::AttributeExec;
pub use relation_planner::AttributeRelationPlanner;
