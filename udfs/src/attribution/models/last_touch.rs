//! `last_touch`: the conversion belongs to what closed it.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "last_touch",
    description: "The newest touchpoint takes the whole conversion",
    formula: "1 for i = n, else 0",
    source: "Snowplow attribution package, last_touch",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    Credit::Whole(path.touchpoint_count() - 1)
}
