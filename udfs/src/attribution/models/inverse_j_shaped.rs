//! `inverse_j_shaped`: the conversion belongs mostly to what started it.

use super::ends_and_middle::share;
use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "inverse_j_shaped",
    description: "The oldest touchpoint takes 60 %, the newest 20 %, those between share 20 %; two \
                  touchpoints take 75 % and 25 %",
    formula: "0.6, 0.2 / (n - 2), 0.2; n = 2: 0.75, 0.25; n = 1: 1",
    source: "HubSpot, inverse J-shaped attribution",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    share(path.touchpoint_count(), 3, 1)
}
