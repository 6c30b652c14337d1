//! The attribution models: one file each, listed once.
//!
//! A new model is one file with a `MODEL` and two lines here. Data-driven models are not here,
//! because they need the paths that did not convert.

mod any_touch;
mod ends_and_middle;
mod first_non_direct_touch;
mod first_touch;
mod inverse_j_shaped;
mod j_shaped;
mod last_non_direct_touch;
mod last_touch;
mod linear;
mod position_based;
mod time_decay;

use std::hash::{Hash, Hasher};

use super::conversion_path::{ConversionPath, Credit, ModelSettings};

/// Every model that `attribute()` knows.
pub static MODELS: &[&AttributionModel] = &[
    &first_touch::MODEL,
    &last_touch::MODEL,
    &first_non_direct_touch::MODEL,
    &last_non_direct_touch::MODEL,
    &linear::MODEL,
    &time_decay::MODEL,
    &position_based::MODEL,
    &j_shaped::MODEL,
    &inverse_j_shaped::MODEL,
    &any_touch::MODEL,
];

/// A rule that divides one conversion among the touchpoints before it, with its documentation.
#[derive(Debug)]
pub struct AttributionModel {
    /// The name used in SQL.
    pub name: &'static str,
    /// One sentence: who gets the credit.
    pub description: &'static str,
    /// Credit of the touchpoint at position `i` of `n`.
    pub formula: &'static str,
    /// Where the model is defined, and where this one differs.
    pub source: &'static str,
    /// Whether the model skips direct touchpoints and therefore needs the argument `direct`.
    pub skips_direct: bool,
    /// Whether the credits of one conversion sum to 1.
    pub is_additive: bool,
    /// Divides one conversion.
    pub credit: fn(&dyn ConversionPath, &ModelSettings) -> Credit,
}

impl AttributionModel {
    /// Returns the model of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MODELS.iter().copied().find(|model| model.name == name)
    }
}

impl PartialEq for AttributionModel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AttributionModel {}

impl Hash for AttributionModel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributionModel, ConversionPath, Credit, ModelSettings};

    /// A path written as one letter per touchpoint, a day apart: `d` is direct, `t` is not.
    struct Written(&'static str);

    impl ConversionPath for Written {
        fn touchpoint_count(&self) -> usize {
            self.0.len()
        }
        fn age_seconds(&self, idx: usize) -> f64 {
            86_400.0 * (self.0.len() - 1 - idx) as f64
        }
        fn is_direct(&self, idx: usize) -> bool {
            self.0.as_bytes()[idx] == b'd'
        }
    }

    fn credit(model: &str, path: &'static str) -> Credit {
        let settings = ModelSettings {
            half_life_seconds: 86_400.0,
        };
        (AttributionModel::named(model).unwrap().credit)(&Written(path), &settings)
    }

    #[test]
    fn models_divide_as_documented() {
        use Credit::{Each, Shared, Whole};
        for (model, path, expected) in [
            ("first_touch", "ttt", Whole(0)),
            ("last_touch", "ttt", Whole(2)),
            ("first_non_direct_touch", "dtt", Whole(1)),
            ("first_non_direct_touch", "ddd", Whole(0)),
            ("last_non_direct_touch", "ttd", Whole(1)),
            ("last_non_direct_touch", "ddd", Whole(2)),
            ("linear", "ttt", Shared(vec![1, 1, 1])),
            ("position_based", "t", Whole(0)),
            ("position_based", "tt", Shared(vec![2, 2])),
            ("position_based", "tttt", Shared(vec![4, 1, 1, 4])),
            ("j_shaped", "tt", Shared(vec![1, 3])),
            ("j_shaped", "ttttt", Shared(vec![3, 1, 1, 1, 9])),
            ("inverse_j_shaped", "tt", Shared(vec![3, 1])),
            ("inverse_j_shaped", "ttttt", Shared(vec![9, 1, 1, 1, 3])),
            ("any_touch", "tt", Each),
            ("time_decay", "tt", Shared(vec![1 << 47, 1 << 48])),
        ] {
            assert_eq!(credit(model, path), expected, "{model} of {path}");
        }
    }
}
