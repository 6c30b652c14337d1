//! One conversion divided by one model, touchpoint by touchpoint.

use super::value::{Amount, Pieces};
use crate::attribution::conversion_path::Credit;

/// A conversion on its way to rows: who gets how much, and whose turn it is.
#[derive(Debug)]
pub(crate) struct Division {
    credit: Credit,
    total_weight: f64,
    pieces: Pieces,
    /// The touchpoint of the path that comes next.
    pub(crate) next: usize,
}

impl Division {
    pub(crate) fn new(credit: Credit, value: Option<Amount>) -> Self {
        let total_weight = match &credit {
            Credit::Shared(weights) => weights.iter().map(|&weight| u128::from(weight)).sum(),
            Credit::Whole(_) | Credit::Each => 1,
        };
        Self {
            pieces: Pieces::of(value, &credit),
            credit,
            total_weight: total_weight as f64,
            next: 0,
        }
    }

    /// The next touchpoint that gets a row, in a path of this length.
    ///
    /// A model that gives the whole conversion to one touchpoint makes one row; the others get
    /// nothing, and rows of nothing would only have to be filtered away.
    pub(crate) fn upcoming(&self, path_length: usize) -> Option<usize> {
        match self.credit {
            Credit::Whole(idx) => (self.next <= idx).then_some(idx),
            Credit::Shared(_) | Credit::Each => (self.next < path_length).then_some(self.next),
        }
    }

    /// The share of the touchpoint at `idx`.
    pub(crate) fn credit_of(&self, idx: usize) -> f64 {
        match &self.credit {
            Credit::Shared(weights) => weights[idx] as f64 / self.total_weight,
            Credit::Whole(_) | Credit::Each => 1.0,
        }
    }

    /// The part of the value that the touchpoint at `idx` gets.
    pub(crate) fn piece_of(&self, idx: usize) -> Option<Amount> {
        self.pieces.get(idx, self.credit_of(idx))
    }
}
