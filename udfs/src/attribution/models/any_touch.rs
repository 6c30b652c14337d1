//! `any_touch`: every touchpoint counts the whole conversion.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "any_touch",
    description: "Every touchpoint takes the whole conversion, so credits do not add up: for \
                  questions such as which channels touched a sale",
    formula: "1",
    source: "Clientbook Sales Report, related activities",
    skips_direct: false,
    is_additive: false,
    credit,
};

fn credit(_: &dyn ConversionPath, _: &ModelSettings) -> Credit {
    Credit::Each
}
