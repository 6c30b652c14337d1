//! How far a funnel was walked: the search, free of DataFusion.
//!
//! Events come in the order of their instants, and all events of one instant are looked at together,
//! so that the answer depends on no other order. For each step the search keeps the one trail that
//! can go farthest: the latest start from which the step was reached, and with that start the
//! earliest arrival. One pass over the events therefore suffices.

use super::mode::Mode;

/// More steps than these do not fit the bits of [`Event::steps`].
pub(super) const MAX_STEPS: usize = 32;

/// A row with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// Count of some unit.
    pub(super) at: i64,
    /// Bit i is set when the row meets condition i; a row may meet several or none.
    pub(super) steps: u32,
}

/// What to search for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Funnel {
    /// The longest time from the first step to the last, in the unit of the events.
    pub(super) window: i64,
    pub(super) step_count: usize,
    pub(super) mode: Mode,
}

/// Where the steps reached so far were taken: all instants, or only the first, which the search needs.
pub(super) trait Trail: Clone {
    fn start(at: i64) -> Self;
    fn first(&self) -> i64;
    fn then(&self, at: i64) -> Self;
}

impl Trail for i64 {
    fn start(at: i64) -> Self {
        at
    }

    fn first(&self) -> i64 {
        *self
    }

    fn then(&self, _at: i64) -> Self {
        *self
    }
}

impl Trail for Vec<i64> {
    fn start(at: i64) -> Self {
        vec![at]
    }

    fn first(&self) -> i64 {
        self[0]
    }

    fn then(&self, at: i64) -> Self {
        let mut longer = Self::with_capacity(self.len() + 1);
        longer.extend(self);
        longer.push(at);
        longer
    }
}

/// The search, whose memory serves one customer after the other.
#[derive(Debug)]
pub(super) struct Walk<T> {
    funnel: Funnel,
    /// The best trail to each step.
    trails: Vec<Option<T>>,
    /// The same before the present instant, in modes in which a step cannot follow another at it.
    before: Vec<Option<T>>,
}

impl<T: Trail> Walk<T> {
    pub(super) fn new(funnel: Funnel) -> Self {
        Self {
            funnel,
            trails: vec![None; funnel.step_count],
            before: vec![None; funnel.step_count],
        }
    }

    /// Returns how many steps were reached, and the trail that was first to get that far.
    ///
    /// # Arguments
    /// `events`: sorted by their instants.
    pub(super) fn run(&mut self, events: &[Event]) -> (usize, Option<T>) {
        let Mode {
            strict_order,
            strict_deduplication,
            strict_increase,
            strict_once,
            allow_reentry,
        } = self.funnel.mode;
        self.trails.fill(None);
        let mut farthest = (0, None);
        'search: for instant in events.chunk_by(|a, b| a.at == b.at) {
            let at = instant[0].at;
            let started = self.trails[0].is_some();
            if strict_order && started && instant.iter().any(|event| event.steps == 0) {
                break;
            }
            if strict_increase || strict_once {
                self.before.clone_from(&self.trails);
            }
            for step in steps(instant) {
                if step > 0 {
                    if strict_deduplication && self.trails[step].is_some() {
                        break 'search;
                    }
                    let unprepared = self.trails[0].is_some() && self.trails[step - 1].is_none();
                    if strict_order && unprepared {
                        if allow_reentry {
                            continue;
                        }
                        break 'search;
                    }
                }
                if let Some(trail) = self.trail_to(step, at, instant) {
                    self.keep(step, trail);
                }
                if step == farthest.0 && self.trails[step].is_some() {
                    farthest = (step + 1, self.trails[step].clone());
                    if step + 1 == self.funnel.step_count {
                        break 'search;
                    }
                }
                let repeated = || instant.iter().filter(|e| e.meets(step)).count() > 1;
                if strict_deduplication && step > 0 && self.trails[step].is_some() && repeated() {
                    break 'search;
                }
            }
        }
        farthest
    }

    /// The best trail whose last step is `step` at this instant.
    fn trail_to(&self, step: usize, at: i64, instant: &[Event]) -> Option<T> {
        if step == 0 {
            return Some(T::start(at));
        }
        let mode = self.funnel.mode;
        if mode.strict_increase {
            return Some(self.within(&self.before[step - 1], at)?.then(at));
        }
        if mode.strict_once {
            return self.trail_of_distinct_rows(step, at, instant);
        }
        Some(self.within(&self.trails[step - 1], at)?.then(at))
    }

    /// A trail that enters this instant before some step and takes one row for each step from there.
    fn trail_of_distinct_rows(&self, step: usize, at: i64, instant: &[Event]) -> Option<T> {
        let mut best: Option<T> = None;
        let least = (step + 1).saturating_sub(instant.len());
        for entry in (least..=step).rev() {
            let (trail, next) = match entry.checked_sub(1) {
                Some(before) => (self.within(&self.before[before], at).cloned(), entry),
                None => (Some(T::start(at)), 1),
            };
            let Some(trail) = trail else { continue };
            let is_later = best
                .as_ref()
                .is_none_or(|best| best.first() < trail.first());
            if is_later && have_distinct_rows(entry..=step, instant) {
                best = Some((next..=step).fold(trail, |trail, _| trail.then(at)));
            }
        }
        best
    }

    fn within<'a>(&self, trail: &'a Option<T>, at: i64) -> Option<&'a T> {
        let passed = |trail: &T| at.saturating_sub(trail.first());
        trail
            .as_ref()
            .filter(|trail| passed(trail) <= self.funnel.window)
    }

    /// A later start leaves more of the window; with the same start the earlier arrival stays.
    fn keep(&mut self, step: usize, trail: T) {
        let known = &mut self.trails[step];
        if known
            .as_ref()
            .is_none_or(|known| known.first() < trail.first())
        {
            *known = Some(trail);
        }
    }
}

impl Event {
    fn meets(&self, step: usize) -> bool {
        self.steps >> step & 1 == 1
    }
}

/// The steps that these events meet, in their order.
fn steps(instant: &[Event]) -> impl Iterator<Item = usize> {
    let mut left = instant.iter().fold(0, |all, event| all | event.steps);
    std::iter::from_fn(move || {
        let step = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        (step < u32::BITS).then_some(step as usize)
    })
}

/// Whether each of the steps can have a row of its own (a matching by augmenting paths).
fn have_distinct_rows(steps: std::ops::RangeInclusive<usize>, rows: &[Event]) -> bool {
    let mut step_of = vec![None; rows.len()];
    steps.into_iter().all(|step| {
        let mut tried = vec![false; rows.len()];
        assign(step, rows, &mut step_of, &mut tried)
    })
}

fn assign(step: usize, rows: &[Event], step_of: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for (row, event) in rows.iter().enumerate() {
        if !event.meets(step) || std::mem::replace(&mut tried[row], true) {
            continue;
        }
        let is_free = match step_of[row] {
            None => true,
            Some(other) => assign(other, rows, step_of, tried),
        };
        if is_free {
            step_of[row] = Some(step);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Event, Funnel, Mode, Walk, have_distinct_rows};

    /// Each word is a row: its instant, then a letter for each step that it is.
    fn events(words: &str) -> Vec<Event> {
        let event = |word: &str| {
            let digits = word.trim_end_matches(char::is_alphabetic);
            let steps = word[digits.len()..].bytes();
            Event {
                at: digits.parse().unwrap(),
                steps: steps
                    .filter(|step| (b'a'..=b'd').contains(step))
                    .fold(0, |steps, step| steps | 1 << (step - b'a')),
            }
        };
        words.split(' ').map(event).collect()
    }

    fn trail(words: &str, mode: &str) -> Vec<i64> {
        let funnel = Funnel {
            window: 10,
            step_count: 4,
            mode: Mode::parse("f", (!mode.is_empty()).then_some(mode)).unwrap(),
        };
        let (steps, trail) = Walk::<Vec<i64>>::new(funnel).run(&events(words));
        let (same_steps, first) = Walk::<i64>::new(funnel).run(&events(words));
        let trail = trail.unwrap_or_default();
        assert_eq!((steps, first), (same_steps, trail.first().copied()));
        assert_eq!(trail.len(), steps);
        trail
    }

    #[test]
    fn modes_end_or_narrow_the_search() {
        for (words, mode, expected) in [
            ("1b 2c", "", &[][..]),
            ("1a 2b 3c 4d", "", &[1, 2, 3, 4]),
            // The last step at the end of the window, and after it.
            ("1a 2b 3c 11d", "", &[1, 2, 3, 11]),
            ("1a 2b 3c 12d", "", &[1, 2, 3]),
            // A row of several steps, and with strict_once of one.
            ("1abcd", "", &[1, 1, 1, 1]),
            ("1abcd", "strict_increase", &[1]),
            ("1abcd", "strict_once", &[1]),
            ("1abcd 1abcd 2abcd", "strict_once", &[1, 1, 2]),
            // The row that is a and b must be a, for the other is only b.
            ("1ab 1b 1c", "strict_once", &[1, 1, 1]),
            // Rows that are no step end a strict order, but not before its start.
            ("1x 2a 3b 4x 5c", "strict_order", &[2, 3]),
            ("1a 2b 2x 3c", "strict_order", &[1]),
            ("2x 2a 3b", "strict_order", &[2, 3]),
            ("1a 2c 3b 4c", "strict_order", &[1]),
            ("1a 2c 3b 4c", "strict_order, allow_reentry", &[1, 3, 4]),
            ("1a 2x 3b", "strict_order, allow_reentry", &[1]),
            // Only the first step may come again.
            ("1a 2a 3b 4b 5c", "strict_deduplication", &[2, 3]),
            ("1a 2b 2b 3c", "strict_deduplication", &[1, 2]),
            ("1a 2b 3c 3b 4d", "strict_deduplication", &[1, 2]),
            // The earlier a stays in sight of the b at the instant of the later a.
            ("1a 2a 2b 3c", "strict_increase", &[1, 2, 3]),
            (
                "1a 2a 2b 3c",
                "strict_increase, strict_deduplication",
                &[1, 2, 3],
            ),
            // Which of the two comes first does not decide.
            ("1ab 1b 2c", "strict_once, strict_deduplication", &[1, 1]),
            ("1b 1ab 2c", "strict_once, strict_deduplication", &[1, 1]),
        ] {
            assert_eq!(trail(words, mode), expected, "{words}, {mode}");
        }
    }

    #[test]
    fn one_walk_serves_many() {
        let funnel = Funnel {
            window: i64::MAX,
            step_count: 2,
            mode: Mode::default(),
        };
        let mut walk = Walk::<i64>::new(funnel);
        for (words, expected) in [("1a 2b", 2), ("1b", 0), ("-9223372036854775808a", 1)] {
            assert_eq!(walk.run(&events(words)).0, expected);
        }
    }

    #[test]
    fn rows_are_shared_out_so_that_all_steps_have_one() {
        for (words, steps, expected) in [
            ("1ab 1a", 0..=1, true),
            ("1a 1ab", 0..=1, true),
            ("1ab 1bc 1ca", 0..=2, true),
            ("1ab 1ab 1abcd", 0..=2, true),
            ("1ab 1ab 1ab", 0..=2, false),
            ("1ab", 0..=1, false),
        ] {
            assert_eq!(
                have_distinct_rows(steps, &events(words)),
                expected,
                "{words}"
            );
        }
    }
}
