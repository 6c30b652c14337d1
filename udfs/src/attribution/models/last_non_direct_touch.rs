//! `last_non_direct_touch`: the conversion belongs to what last brought the customer.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "last_non_direct_touch",
    description: "The newest touchpoint that is not direct takes the whole conversion; a path of \
                  only direct touchpoints falls back to its newest",
    formula: "1 for the largest i that is not direct (i = n if all are), else 0",
    source: "Google Analytics, last non-direct click; here the query says what direct means",
    skips_direct: true,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    let newest = path.touchpoint_count() - 1;
    let non_direct = (0..=newest).rev().find(|&idx| !path.is_direct(idx));
    Credit::Whole(non_direct.unwrap_or(newest))
}
