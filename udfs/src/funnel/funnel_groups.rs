//! The events of each group, and what the search says of them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, UInt32Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt32Type};
use datafusion::common::Result;

use super::entries::{Entries, Entry};
use super::walk::{Event, Funnel, Walk};
use crate::groups::{Groups, Rows};
use crate::instant::counts;
use crate::lists::{items, lists};

/// What the function returns.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// How many steps were reached.
    StepCount,
    /// When they were, as instants of this type.
    Instants(DataType),
}

#[derive(Debug)]
pub(super) struct FunnelGroups {
    funnel: Funnel,
    answer: Answer,
    entries: Entries,
}

impl FunnelGroups {
    pub(super) fn new(funnel: Funnel, answer: Answer) -> Self {
        Self {
            funnel,
            answer,
            entries: Entries::default(),
        }
    }

    fn add(&mut self, group: usize, event: Event) {
        // Only strict_order cares for a row that is no step.
        if event.steps != 0 || self.funnel.mode.strict_order {
            self.entries.push(Entry::new(group, event));
        }
    }

    /// The events of the first `count` groups, group after group, and where each group ends.
    fn by_group(&self, count: usize) -> (Vec<Event>, Vec<usize>) {
        let mut ends = vec![0; count];
        let entries = || self.entries.iter().filter(|entry| entry.group() < count);
        for entry in entries() {
            ends[entry.group()] += 1;
        }
        let mut total = 0;
        for end in &mut ends {
            let length = std::mem::replace(end, total);
            total += length;
        }
        let mut events = vec![Event { at: 0, steps: 0 }; total];
        for entry in entries() {
            let next = &mut ends[entry.group()];
            events[*next] = entry.event();
            *next += 1;
        }
        (events, ends)
    }

    fn walk<T: super::walk::Trail>(&self, count: usize, mut of: impl FnMut((usize, Option<T>))) {
        let (mut events, ends) = self.by_group(count);
        let mut walk = Walk::new(self.funnel);
        let mut start = 0;
        for end in ends {
            let events = &mut events[start..end];
            if !events.is_sorted_by_key(|event| event.at) {
                events.sort_unstable_by_key(|event| event.at);
            }
            of(walk.run(events));
            start = end;
        }
    }
}

impl Groups for FunnelGroups {
    fn empty(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.funnel, self.answer.clone())))
    }

    /// Groups without an event take no room.
    fn grow(&mut self, _count: usize) {}

    fn update(&mut self, args: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        let instants = counts(&args[1])?;
        let mut steps = vec![0_u32; instants.len()];
        for (step, condition) in args[2..2 + self.funnel.step_count].iter().enumerate() {
            let condition = condition.as_boolean();
            for row in condition.values().set_indices() {
                if condition.is_valid(row) {
                    steps[row] |= 1 << step;
                }
            }
        }
        for (row, group) in rows.iter() {
            if instants.is_valid(row) {
                let at = instants.value(row);
                let steps = steps[row];
                self.add(group, Event { at, steps });
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        let (instants, items_of) = items(&states[0]);
        let (steps, _) = items(&states[1]);
        let instants = instants.as_primitive::<Int64Type>().values();
        let steps = steps.as_primitive::<UInt32Type>().values();
        for (row, group) in rows.iter() {
            for item in items_of(row) {
                let (at, steps) = (instants[item], steps[item]);
                self.add(group, Event { at, steps });
            }
        }
        Ok(())
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let (events, ends) = self.by_group(count);
        let lengths = || {
            let starts = std::iter::once(&0).chain(&ends);
            ends.iter().zip(starts).map(|(end, start)| end - start)
        };
        let instants = Int64Array::from_iter_values(events.iter().map(|event| event.at));
        let steps = UInt32Array::from_iter_values(events.iter().map(|event| event.steps));
        Ok(vec![
            lists(lengths(), Arc::new(instants))?,
            lists(lengths(), Arc::new(steps))?,
        ])
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        match &self.answer {
            Answer::StepCount => {
                let mut step_counts = Vec::with_capacity(count);
                self.walk(count, |(steps, _): (_, Option<i64>)| {
                    step_counts.push(steps as i32);
                });
                Ok(Arc::new(Int32Array::from(step_counts)))
            }
            Answer::Instants(data_type) => {
                let mut lengths = Vec::with_capacity(count);
                let mut instants = vec![];
                self.walk(count, |(steps, trail): (_, Option<Vec<i64>>)| {
                    lengths.push(steps);
                    instants.extend(trail.unwrap_or_default());
                });
                lists(lengths, cast(&Int64Array::from(instants), data_type)?)
            }
        }
    }

    fn drop_first(&mut self, count: usize) {
        self.entries.drop_first(count);
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.entries.size()
    }
}
