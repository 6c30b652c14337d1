//! The rows of the result, made conversion by conversion and model by model.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::conversions::Conversions;
use super::division::Division;
use super::paths::{Path, PathView};
use super::touchpoints::Touchpoints;
use super::value::{Amount, amount_at};
use crate::attribution::conversion_path::ConversionPath;
use crate::attribution::spec::AttributeSpec;

/// How many conversions are looked at before other work of the runtime gets a turn.
const CONVERSIONS_PER_TURN: usize = 1 << 16;
/// Bytes that dividing one conversion takes per touchpoint of its path.
const BYTES_PER_TOUCHPOINT: usize = 64;

/// Why a row is as it is; the order is that of [`Reason::NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Credited,
    NoKey,
    NoTouchpointInLookback,
}

impl Reason {
    pub(crate) const NAMES: [&str; 3] = ["credited", "no_key", "no_touchpoint_in_lookback"];
}

/// Rows of the result before their columns are gathered.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Row in the batch of conversions.
    pub(crate) conversions: Vec<u32>,
    /// Place among the touchpoints; `None` if unattributed.
    pub(crate) touchpoints: Vec<Option<usize>>,
    /// Index in the models of the call.
    pub(crate) models: Vec<u32>,
    pub(crate) positions: Vec<Option<i64>>,
    pub(crate) path_lengths: Vec<i64>,
    pub(crate) credits: Vec<Option<f64>>,
    pub(crate) values: Vec<Option<Amount>>,
    pub(crate) lags: Vec<Option<f64>>,
    pub(crate) reasons: Vec<Reason>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.conversions.len()
    }

    fn push_unattributed(&mut self, current: &Current) {
        self.conversions.push(current.row as u32);
        self.touchpoints.push(None);
        self.models.push(current.model as u32);
        self.positions.push(None);
        self.path_lengths.push(0);
        self.credits.push(None);
        self.values.push(None);
        self.lags.push(None);
        self.reasons.push(current.reason);
    }
}

/// Makes the rows of one part and remembers where it stopped.
pub(crate) struct RowSource {
    pub(crate) conversions: Arc<Conversions>,
    pub(crate) touchpoints: Touchpoints,
    part: usize,
    /// Whether the conversions that no touchpoint can match are made here.
    has_unmatched: bool,
    spec: Arc<AttributeSpec>,
    /// The value of each conversion, if the query reads `credited_value`.
    values: Option<ArrayRef>,
    /// How many conversions were looked at.
    next: usize,
    /// The first touchpoint of this key that the lookback reaches.
    window_start: usize,
    current: Option<Current>,
    reservation: MemoryReservation,
}

/// A conversion whose rows are being made.
struct Current {
    row: usize,
    time: i64,
    reason: Reason,
    path: Path,
    /// Index of the model, and how it divides the conversion.
    model: usize,
    division: Option<Division>,
}

impl Current {
    fn new(row: usize, time: i64, reason: Reason, path: Path) -> Self {
        Self {
            row,
            time,
            reason,
            path,
            model: 0,
            division: None,
        }
    }
}

impl RowSource {
    pub(crate) fn new(
        (conversions, part): (Arc<Conversions>, usize),
        touchpoints: Touchpoints,
        values: Option<ArrayRef>,
        spec: Arc<AttributeSpec>,
        reservation: MemoryReservation,
    ) -> Self {
        Self {
            has_unmatched: part == 0 && spec.unattributed,
            conversions,
            touchpoints,
            part,
            spec,
            values,
            next: 0,
            window_start: 0,
            current: None,
            reservation,
        }
    }

    /// Whether all rows have been made.
    pub(crate) fn is_finished(&self) -> bool {
        self.current.is_none() && self.next == self.conversion_count()
    }

    fn conversion_count(&self) -> usize {
        let unmatched = self.conversions.without_time.len() + self.conversions.without_key.len();
        let matchable = self.conversions.parts[self.part].len();
        matchable + if self.has_unmatched { unmatched } else { 0 }
    }

    /// Adds rows up to `limit`, or fewer at the end and after many conversions without a row.
    pub(crate) fn fill(&mut self, rows: &mut Rows, limit: usize) -> Result<()> {
        let mut visited = 0;
        while rows.len() < limit && visited < CONVERSIONS_PER_TURN && !self.is_finished() {
            let mut current = match self.current.take() {
                Some(current) => current,
                None => {
                    visited += 1;
                    self.start_next()
                }
            };
            if self.advance(&mut current, rows, limit)? {
                self.current = Some(current);
            }
        }
        Ok(())
    }

    fn start_next(&mut self) -> Current {
        let part = &self.conversions.parts[self.part];
        let place = self.next;
        self.next += 1;
        let Some(unmatched) = place.checked_sub(part.len()) else {
            let time = part.time(place);
            let row = part.row(place);
            let window = self.window(place);
            let path = Path::of(&self.touchpoints, window, time);
            let reason = match path.len() {
                0 => Reason::NoTouchpointInLookback,
                _ => Reason::Credited,
            };
            return Current::new(row, time, reason, path);
        };
        let without_time = &self.conversions.without_time;
        let (row, reason) = match without_time.get(unmatched) {
            Some(&row) => (row, Reason::NoTouchpointInLookback),
            None => {
                let row = self.conversions.without_key[unmatched - without_time.len()];
                (row, Reason::NoKey)
            }
        };
        Current::new(row as usize, 0, reason, Path::Window(0..0))
    }

    /// The touchpoints within the lookback of the conversion at `place`. Places come in order, so
    /// the start of the window only moves forward.
    fn window(&mut self, place: usize) -> Range<usize> {
        let part = &self.conversions.parts[self.part];
        let newest = self.touchpoints.of(place);
        if !part.continues(place) {
            self.window_start = newest.start;
        }
        let earliest = part.time(place).saturating_sub(self.spec.lookback_units());
        while self.window_start < newest.end && self.touchpoints.time(self.window_start) < earliest
        {
            self.window_start += 1;
        }
        self.window_start..newest.end
    }

    /// Adds rows of this conversion up to `limit`, and returns whether it has more.
    fn advance(&mut self, current: &mut Current, rows: &mut Rows, limit: usize) -> Result<bool> {
        let model_count = self.spec.models.len();
        if current.reason != Reason::Credited {
            while self.spec.unattributed && current.model < model_count {
                if rows.len() == limit {
                    return Ok(true);
                }
                rows.push_unattributed(current);
                current.model += 1;
            }
            return Ok(false);
        }
        while current.model < model_count {
            let mut division = match current.division.take() {
                Some(division) => division,
                None => self.divide(current)?,
            };
            while let Some(idx) = division.upcoming(current.path.len()) {
                if rows.len() == limit {
                    current.division = Some(division);
                    return Ok(true);
                }
                self.push_credited(rows, current, &division, idx);
                division.next = idx + 1;
            }
            current.model += 1;
        }
        Ok(false)
    }

    fn divide(&self, current: &Current) -> Result<Division> {
        let bytes = current.path.len() * BYTES_PER_TOUCHPOINT;
        if bytes > self.reservation.size() {
            self.reservation.try_resize(bytes)?;
        }
        let value = match &self.values {
            Some(values) => amount_at(values, current.row)?,
            None => None,
        };
        let model = self.spec.models[current.model];
        let settings = self.spec.model_settings();
        Ok(Division::new(
            (model.credit)(&self.view(current), &settings),
            value,
        ))
    }

    fn push_credited(&self, rows: &mut Rows, current: &Current, division: &Division, idx: usize) {
        let credit = division.credit_of(idx);
        rows.conversions.push(current.row as u32);
        rows.touchpoints.push(Some(current.path.place(idx)));
        rows.models.push(current.model as u32);
        rows.positions.push(Some(idx as i64 + 1));
        rows.path_lengths.push(current.path.len() as i64);
        rows.credits.push(Some(credit));
        rows.values.push(division.piece_of(idx));
        rows.lags.push(Some(self.view(current).age_seconds(idx)));
        rows.reasons.push(Reason::Credited);
    }

    fn view<'a>(&'a self, current: &'a Current) -> PathView<'a> {
        PathView {
            path: &current.path,
            touchpoints: &self.touchpoints,
            conversion_time: current.time,
            units_per_second: self.spec.units_per_second(),
        }
    }
}
