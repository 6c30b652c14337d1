//! `linear`: the conversion belongs to all in equal parts.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "linear",
    description: "Every touchpoint takes the same share",
    formula: "1 / n",
    source: "Snowplow attribution package, linear",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    Credit::Shared(vec![1; path.touchpoint_count()])
}
