//! Ends and directness: what decides about a touchpoint beside its time, as plain numbers.

use crate::attribution::spec::AttributeSpec;

/// The end of a touchpoint that stays eligible.
pub(crate) const OPEN: i64 = i64::MAX;

/// What some calls ask of each stored touchpoint; by row.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Ends, if the call has `touchpoint_end`; [`OPEN`] where NULL.
    ends: Option<Vec<i64>>,
    /// Whether direct, if a model asks.
    direct: Option<Vec<bool>>,
}

impl Facts {
    /// No rows, of what the call asks for.
    pub(crate) fn of(spec: &AttributeSpec) -> Self {
        Self {
            ends: spec.touchpoints.end.as_ref().map(|_| vec![]),
            direct: spec.touchpoints.direct.as_ref().map(|_| vec![]),
        }
    }

    /// Adds a touchpoint; what the call does not ask for is dropped.
    pub(crate) fn push(&mut self, end: i64, is_direct: bool) {
        if let Some(ends) = &mut self.ends {
            ends.push(end);
        }
        if let Some(direct) = &mut self.direct {
            direct.push(is_direct);
        }
    }

    /// Adds the rows of `other` as those from `start`.
    pub(crate) fn append(&mut self, other: Self, start: usize) {
        if let (Some(ends), Some(mut others)) = (&mut self.ends, other.ends) {
            ends.resize(start, OPEN);
            ends.append(&mut others);
        }
        if let (Some(direct), Some(mut others)) = (&mut self.direct, other.direct) {
            direct.resize(start, false);
            direct.append(&mut others);
        }
    }

    pub(crate) fn bytes_per_row(&self) -> usize {
        let end = self.ends.as_ref().map_or(0, |_| size_of::<i64>());
        end + self.direct.as_ref().map_or(0, |_| size_of::<bool>())
    }

    /// Whether touchpoints may have an end.
    pub(crate) fn has_ends(&self) -> bool {
        self.ends.is_some()
    }

    pub(crate) fn end(&self, row: u32) -> i64 {
        self.ends.as_ref().map_or(OPEN, |ends| ends[row as usize])
    }

    pub(crate) fn is_direct(&self, row: u32) -> bool {
        self.direct
            .as_ref()
            .is_some_and(|direct| direct[row as usize])
    }
}
