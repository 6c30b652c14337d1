//! What an attribution model may know about one conversion, and what it answers.
//!
//! The models are arithmetic on these two types. No DataFusion or Arrow type appears here, so that
//! a model can be read aloud and checked on paper.

/// The eligible touchpoints of one conversion, oldest first; never empty.
///
/// A trait and not a list, because a path may hold a million touchpoints and most models look at
/// one or two of them.
pub trait ConversionPath {
    /// Number of touchpoints, at least 1.
    fn touchpoint_count(&self) -> usize;

    /// Seconds from the touchpoint at `idx` (0 = oldest) to the conversion, 0 or more.
    fn age_seconds(&self, idx: usize) -> f64;

    /// Whether the touchpoint at `idx` (0 = oldest) is a direct one, which the non-direct models
    /// skip.
    fn is_direct(&self, idx: usize) -> bool;
}

/// Numbers that a query may set for the models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelSettings {
    /// Age at which `time_decay` halves the credit, in seconds, above 0.
    pub half_life_seconds: f64,
}

/// How one conversion is divided among the touchpoints of its path.
#[derive(Debug, Clone, PartialEq)]
pub enum Credit {
    /// The touchpoint at this index (0 = oldest) takes the whole conversion.
    Whole(usize),
    /// Each touchpoint takes its weight over the sum of weights. Weights are whole numbers of at
    /// most [`MAX_WEIGHT`], so that money is divided exactly, and not all are 0.
    Shared(Vec<u64>),
    /// Each touchpoint takes the whole conversion: credits do not add up to 1.
    Each,
}

/// Largest weight a model may give: with it, dividing 38 digits of money among 2^32 touchpoints
/// stays inside 128 bits.
pub const MAX_WEIGHT: u64 = 1 << 48;
