//! `first_touch`: the conversion belongs to what started it.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "first_touch",
    description: "The oldest touchpoint takes the whole conversion",
    formula: "1 for i = 1, else 0",
    source: "Snowplow attribution package, first_touch",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(_: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    Credit::Whole(0)
}
