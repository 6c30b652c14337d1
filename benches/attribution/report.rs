//! From answers to figures.

use crate::{
    Answers,
    engine::{Answer, Name},
    statistics::median,
    table::{Figure, Goal},
    work::Work,
};

/// Sums of floats may differ by this part of them: everybody adds in another order.
const TOLERANCE: f64 = 1e-9;

/// What only reading takes.
pub(crate) fn floor(scans: &[Answer]) -> Figure {
    Figure {
        what: "reading three columns of the touchpoints".to_owned(),
        tributary: cell(scans),
        reference: "–".to_owned(),
        ratio: None,
        goal: None,
    }
}

/// Tributary beside each of the others.
pub(crate) fn compared(work: &Work, answers: &Answers) -> Vec<Figure> {
    let ours = &answers[&Name::Tributary];
    let others = answers.iter().filter(|(name, _)| **name != Name::Tributary);
    let figure = |(&name, theirs): (&Name, &Vec<Answer>)| {
        let rounds = ours.iter().zip(theirs);
        let ratio = median(rounds.map(|(our, their)| our.seconds / their.seconds));
        Figure {
            what: format!("{}, against {name:?}", work.name),
            tributary: cell(ours),
            reference: cell(theirs),
            ratio: Some(ratio),
            goal: work.goal(name).map(|goal| Goal {
                text: format!("at most {goal:.2}"),
                reached: ratio <= goal,
            }),
        }
    };
    others.map(figure).collect()
}

/// # Panics
/// If two programs do not say the same.
pub(crate) fn check(work: &Work, answers: &Answers) {
    let expected = &answers[&Name::Tributary][0].rows;
    assert!(
        !expected.is_empty(),
        "{}: expected rows, got none",
        work.name
    );
    for (name, answer) in answers
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |it| (name, it)))
    {
        let rows = expected.iter().zip(&answer.rows);
        let differs = |(expected, row): &(&Vec<String>, &Vec<String>)| !is_same_row(expected, row);
        let difference = rows.into_iter().find(differs);
        let lengths = (expected.len(), answer.rows.len());
        assert!(
            difference.is_none() && lengths.0 == lengths.1,
            "{}: Tributary and {name:?} differ in {difference:?}, numbers of rows are {lengths:?}",
            work.name
        );
    }
}

fn is_same_row(left: &[String], right: &[String]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| is_same(left, right))
}

fn is_same(left: &str, right: &str) -> bool {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => (left - right).abs() <= TOLERANCE * left.abs(),
        _ => left == right,
    }
}

fn cell(answers: &[Answer]) -> String {
    let seconds = median(answers.iter().map(|answer| answer.seconds));
    let most = median(answers.iter().map(|answer| answer.peak_bytes));
    format!("{seconds:.2} s, {:.1} GB", most / 1e9)
}
