//! `first_non_direct_touch`: the conversion belongs to what first brought the customer.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "first_non_direct_touch",
    description: "The oldest touchpoint that is not direct takes the whole conversion; a path of \
                  only direct touchpoints falls back to its oldest",
    formula: "1 for the smallest i that is not direct (i = 1 if all are), else 0",
    source: "Mirror of last_non_direct_touch",
    skips_direct: true,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    let oldest = (0..path.touchpoint_count()).find(|&idx| !path.is_direct(idx));
    Credit::Whole(oldest.unwrap_or(0))
}
