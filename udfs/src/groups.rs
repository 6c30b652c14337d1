//! The two faces that DataFusion wants of one aggregate: [`ByGroup`] for GROUP BY, [`OneGroup`] for
//! queries without keys and for window frames. Aggregates of this crate implement [`Groups`] once.

use std::fmt::Debug;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

/// The state of an aggregate for groups 0, 1, 2 …
pub(crate) trait Groups: Debug + Send + Sync {
    /// The same aggregate before any row.
    fn empty(&self) -> Result<Box<dyn Groups>>;

    /// Makes room for groups up to `count`; there never were more.
    fn grow(&mut self, count: usize);

    /// Adds rows, given as the arguments of the function.
    fn update(&mut self, args: &[ArrayRef], rows: Rows<'_>) -> Result<()>;

    /// Adds states, one per row.
    fn merge(&mut self, states: &[ArrayRef], rows: Rows<'_>) -> Result<()>;

    /// The states of the first `count` groups.
    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>>;

    /// The results of the first `count` groups.
    fn results(&mut self, count: usize) -> Result<ArrayRef>;

    /// Drops the first `count` groups, so that the one after them becomes group 0.
    fn drop_first(&mut self, count: usize);

    /// Bytes held.
    fn size(&self) -> usize;
}

/// Rows of a batch, each in a group.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    groups: &'a [usize],
    filter: Option<&'a BooleanArray>,
}

impl Rows<'_> {
    /// Row and group of those that pass the FILTER clause.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.groups.iter().copied().enumerate();
        rows.filter(|(row, _)| {
            let passes = |filter: &BooleanArray| filter.is_valid(*row) && filter.value(*row);
            self.filter.is_none_or(passes)
        })
    }
}

/// # Errors
/// When the call says DISTINCT, which no aggregate of this crate has a meaning for.
pub(crate) fn refuse_distinct(function: &str, args: &AccumulatorArgs<'_>) -> Result<()> {
    if args.is_distinct {
        return plan_err!("{function}: DISTINCT must be left out");
    }
    Ok(())
}

/// An aggregate with GROUP BY.
#[derive(Debug)]
pub(crate) struct ByGroup {
    groups: Box<dyn Groups>,
    count: usize,
}

impl ByGroup {
    pub(crate) fn new(groups: Box<dyn Groups>) -> Self {
        Self { groups, count: 0 }
    }

    fn grow(&mut self, count: usize) {
        self.count = count;
        self.groups.grow(count);
    }

    fn emit<T>(
        &mut self,
        emit_to: EmitTo,
        of: impl FnOnce(&mut dyn Groups, usize) -> Result<T>,
    ) -> Result<T> {
        let count = match emit_to {
            EmitTo::All => self.count,
            EmitTo::First(count) => count,
        };
        let emitted = of(self.groups.as_mut(), count)?;
        if count == self.count {
            self.groups = self.groups.empty()?;
        } else {
            self.groups.drop_first(count);
        }
        self.count -= count;
        Ok(emitted)
    }
}

impl GroupsAccumulator for ByGroup {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let rows = Rows {
            groups: group_indices,
            filter: opt_filter,
        };
        self.groups.update(values, rows)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let rows = Rows {
            groups: group_indices,
            filter: None,
        };
        self.groups.merge(values, rows)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.emit(emit_to, |groups, count| groups.results(count))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.emit(emit_to, |groups, count| groups.states(count))
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let count = values.first().map_or(0, |values| values.len());
        let each_alone: Vec<usize> = (0..count).collect();
        let mut groups = Self::new(self.groups.empty()?);
        groups.update_batch(values, &each_alone, opt_filter, count)?;
        groups.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.size()
    }
}

/// An aggregate of all rows, which may go on after a result.
#[derive(Debug)]
pub(crate) struct OneGroup {
    groups: Box<dyn Groups>,
}

impl OneGroup {
    pub(crate) fn new(mut groups: Box<dyn Groups>) -> Self {
        groups.grow(1);
        Self { groups }
    }
}

impl Accumulator for OneGroup {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let first = vec![0; values.first().map_or(0, |values| values.len())];
        let rows = Rows {
            groups: &first,
            filter: None,
        };
        self.groups.update(values, rows)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let first = vec![0; states.first().map_or(0, |states| states.len())];
        let rows = Rows {
            groups: &first,
            filter: None,
        };
        self.groups.merge(states, rows)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.groups.results(1)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let states = self.groups.states(1)?;
        let states = states.iter();
        states
            .map(|state| ScalarValue::try_from_array(state, 0))
            .collect()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.size()
    }
}
