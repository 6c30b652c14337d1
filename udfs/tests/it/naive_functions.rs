//! The functions written the obvious way: every chain of rows, every pair of rows.

use std::collections::BTreeMap;

use crate::events::Event;

/// What a step must be beside at or after the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strictness {
    pub(crate) increase: bool,
    pub(crate) once: bool,
}

/// The instants of the best of all chains of rows that are steps a, b, c in turn: of the longest the
/// first to end, of those the last to begin, of those the one with the earliest steps in between.
pub(crate) fn funnel(events: &[&Event], window: i64, strict: Strictness) -> Vec<i64> {
    let mut chains: Vec<Vec<usize>> = vec![];
    let mut open: Vec<Vec<usize>> = vec![vec![]];
    while let Some(chain) = open.pop() {
        for next in 0..events.len() {
            if goes_on(&chain, next, events, window, strict) {
                open.push(chain.iter().copied().chain([next]).collect());
            }
        }
        chains.push(chain);
    }
    let instants = chains.iter().map(|chain| {
        let instants = chain.iter().filter_map(|row| events[*row].at);
        instants.collect::<Vec<_>>()
    });
    let best = instants.min_by_key(|instants| {
        let begin = instants.first().map(|at| -at);
        (
            -(instants.len() as i64),
            instants.last().copied(),
            begin,
            instants.clone(),
        )
    });
    best.unwrap_or_default()
}

fn goes_on(
    chain: &[usize],
    next: usize,
    events: &[&Event],
    window: i64,
    strict: Strictness,
) -> bool {
    let step = events[next].steps.get(chain.len());
    let (Some(at), Some(Some(true))) = (events[next].at, step) else {
        return false;
    };
    let instant = |row: &usize| events[*row].at.unwrap();
    let (first, last) = (chain.first().map(instant), chain.last().map(instant));
    last.is_none_or(|last| {
        if strict.increase {
            last < at
        } else {
            last <= at
        }
    }) && first.is_none_or(|first| at - first <= window)
        && !(strict.once && chain.contains(&next))
}

pub(crate) fn retention(events: &[&Event]) -> [bool; 3] {
    let met = |step: usize| events.iter().any(|event| event.steps[step] == Some(true));
    [met(0), met(0) && met(1), met(0) && met(2)]
}

/// Cents of each order once; `None` without any.
pub(crate) fn sum_once(events: &[&Event]) -> Option<i128> {
    let values = events
        .iter()
        .filter_map(|event| Some((event.order, event.cents()?)));
    let values: BTreeMap<_, _> = values.collect();
    (!values.is_empty()).then(|| values.values().sum())
}

pub(crate) fn sum(events: &[&Event]) -> Option<i128> {
    let values: Vec<_> = events.iter().filter_map(|event| event.cents()).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

/// The session of each event that has a time, by its place among them in the order of time.
pub(crate) fn sessions(events: &[&Event], gap: impl Fn(&Event) -> i64) -> Vec<(i64, i64)> {
    let mut timed: Vec<_> = events.iter().filter(|event| event.at.is_some()).collect();
    timed.sort_by_key(|event| event.at);
    let mut sessions: Vec<(i64, i64)> = vec![];
    for event in timed {
        let at = event.at.unwrap();
        let session = match sessions.last() {
            None => 1,
            Some((before, session)) if at - before > gap(event) => session + 1,
            Some((_, session)) => *session,
        };
        sessions.push((at, session));
    }
    sessions
}
