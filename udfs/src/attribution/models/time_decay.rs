//! `time_decay`: the nearer to the conversion, the larger the share.

use super::{AttributionModel, ConversionPath, Credit, ModelSettings};
use crate::attribution::conversion_path::MAX_WEIGHT;

pub(super) static MODEL: AttributionModel = AttributionModel {
    name: "time_decay",
    description: "The share of a touchpoint halves with every half_life (7 days by default) of its \
                  age; one more than 48 half-lives older than the newest takes nothing",
    formula: "2 ^ (-age / half_life), over the sum of these",
    source: "Google Analytics, time decay with a half-life of 7 days",
    skips_direct: false,
    is_additive: true,
    credit,
};

fn credit(path: &dyn ConversionPath, settings: &ModelSettings) -> Credit {
    // Ages are taken from the newest touchpoint, which changes no share and keeps a path of only
    // old touchpoints from rounding to nothing.
    let newest_age = path.age_seconds(path.touchpoint_count() - 1);
    let weight = |idx| {
        let half_lives = (path.age_seconds(idx) - newest_age) / settings.half_life_seconds;
        ((-half_lives).exp2() * MAX_WEIGHT as f64).round() as u64
    };
    Credit::Shared((0..path.touchpoint_count()).map(weight).collect())
}
