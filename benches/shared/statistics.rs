//! What to say of a few measurements of the same thing.

use std::time::Duration;

/// The middle one; of an even count the mean of the middle two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let values = sorted(values);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The smallest value that a share of all does not exceed.
pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let values = sorted(values);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

pub(crate) fn seconds(times: &[Duration]) -> impl Iterator<Item = f64> {
    times.iter().map(Duration::as_secs_f64)
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    assert!(!values.is_empty(), "expected measurements, got none");
    values.sort_by(f64::total_cmp);
    values
}
