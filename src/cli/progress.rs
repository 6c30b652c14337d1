//! The progress bar of long work, drawn on stderr when that is a terminal.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts to `total` in the given unit.
pub(super) fn bar(total: u64, what: &str) -> ProgressBar {
    // indicatif draws nothing when stderr is not a terminal.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{msg} {wide_bar} {human_pos}/{human_len} ({eta})";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// A bar of bytes read, with their rate; [`rows`] says how many rows they were.
pub(super) fn bytes(what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let template = "{prefix} {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {msg} ({eta})";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(what.to_owned());
    bar
}

/// A number of rows as a bar shows it.
pub(super) fn rows(row_count: u64) -> String {
    format!("{} rows", HumanCount(row_count))
}
