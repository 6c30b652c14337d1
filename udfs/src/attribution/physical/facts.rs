//! Times, ends and directness: what decides about a touchpoint, as plain numbers.

/// The end of a touchpoint that stays eligible.
pub(crate) const OPEN: i64 = i64::MAX;

/// What the operator knows of each touchpoint beside its columns.
#[derive(Default)]
pub(crate) struct Facts {
    /// Instants, in the unit of the call.
    pub(crate) times: Vec<i64>,
    /// Ends, if the call has `touchpoint_end`; [`OPEN`] where NULL.
    pub(crate) ends: Option<Vec<i64>>,
    /// Whether direct, if a model asks.
    pub(crate) direct: Option<Vec<bool>>,
}

impl Facts {
    /// Adds a touchpoint; what the call does not ask for is dropped.
    pub(crate) fn push(&mut self, time: i64, end: i64, is_direct: bool) {
        self.times.push(time);
        if let Some(ends) = &mut self.ends {
            ends.push(end);
        }
        if let Some(direct) = &mut self.direct {
            direct.push(is_direct);
        }
    }

    /// The facts of these rows, in this order.
    pub(crate) fn reordered(self, order: &[u32]) -> Self {
        fn gather<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|&row| values[row as usize]).collect()
        }
        Self {
            times: gather(&self.times, order),
            ends: self.ends.map(|ends| gather(&ends, order)),
            direct: self.direct.map(|direct| gather(&direct, order)),
        }
    }

    pub(crate) fn end(&self, idx: usize) -> i64 {
        self.ends.as_ref().map_or(OPEN, |ends| ends[idx])
    }

    pub(crate) fn is_direct(&self, idx: usize) -> bool {
        self.direct.as_ref().is_some_and(|direct| direct[idx])
    }
}
