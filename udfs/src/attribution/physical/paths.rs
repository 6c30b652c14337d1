//! The path of one conversion, cut out of the ordered touchpoints of its key.

use std::ops::Range;

use super::touchpoints::Touchpoints;
use crate::attribution::conversion_path::ConversionPath;

/// The eligible touchpoints of one conversion, oldest first, as places among those of its part.
#[derive(Debug)]
pub(crate) enum Path {
    /// All touchpoints of a window.
    Window(Range<usize>),
    /// Those of a window whose end is after the conversion.
    Open(Vec<usize>),
}

impl Path {
    /// The path of a conversion at `time`, whose window holds these touchpoints.
    pub(crate) fn of(touchpoints: &Touchpoints, window: Range<usize>, time: i64) -> Self {
        match touchpoints.have_ends() {
            false => Self::Window(window),
            true => Self::Open(window.filter(|&idx| touchpoints.end(idx) > time).collect()),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Window(places) => places.len(),
            Self::Open(places) => places.len(),
        }
    }

    /// The place of the touchpoint at `idx` (0 = oldest).
    pub(crate) fn place(&self, idx: usize) -> usize {
        match self {
            Self::Window(places) => places.start + idx,
            Self::Open(places) => places[idx],
        }
    }
}

/// A path as the models see it.
pub(crate) struct PathView<'a> {
    pub(crate) path: &'a Path,
    pub(crate) touchpoints: &'a Touchpoints,
    pub(crate) conversion_time: i64,
    pub(crate) units_per_second: f64,
}

impl ConversionPath for PathView<'_> {
    fn touchpoint_count(&self) -> usize {
        self.path.len()
    }

    fn age_seconds(&self, idx: usize) -> f64 {
        let time = self.touchpoints.time(self.path.place(idx));
        // The lookback bounds the difference, but 128 bits leave nothing to prove.
        (i128::from(self.conversion_time) - i128::from(time)) as f64 / self.units_per_second
    }

    fn is_direct(&self, idx: usize) -> bool {
        self.touchpoints.is_direct(self.path.place(idx))
    }
}
