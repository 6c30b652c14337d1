//! `j_shaped`: the conversion belongs mostly to what closed it.

use super::ends_and_middle::share;
use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "j_shaped",
    description: "The oldest touchpoint takes 20 %, the newest 60 %, those between share 20 %; two \
                  touchpoints take 25 % and 75 %",
    formula: "0.2, 0.2 / (n - 2), 0.6; n = 2: 0.25, 0.75; n = 1: 1",
    source: "HubSpot, J-shaped attribution",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    share(path.touchpoint_count(), 1, 3)
}
