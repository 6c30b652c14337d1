//! `position_based`: the conversion belongs to what started and what closed it.

use super::ends_and_middle::share;
use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "position_based",
    description: "The oldest and the newest touchpoint take 40 % each, those between share 20 %; \
                  two touchpoints take half each",
    formula: "0.4, 0.2 / (n - 2), 0.4; n = 2: 0.5, 0.5; n = 1: 1",
    source: "Snowplow attribution package, position_based",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    share(path.touchpoint_count(), 2, 2)
}
