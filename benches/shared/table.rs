//! The table that a run prints.

use std::{process::Command, thread::available_parallelism};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// One comparison, or one value without anything to compare it with.
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) tributary: String,
    pub(crate) reference: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: Option<Goal>,
}

/// What a figure shall be, and whether it is.
pub(crate) struct Goal {
    pub(crate) text: String,
    pub(crate) reached: bool,
}

pub(crate) fn print(figures: &[Figure]) {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN);
    table.set_header(["what", "Tributary", "reference", "ratio", "goal", "reached"]);
    for figure in figures {
        let ratio = figure.ratio.map(|ratio| format!("{ratio:.2}"));
        let (goal, reached) = match &figure.goal {
            Some(Goal { text, reached }) => (text.as_str(), if *reached { "yes" } else { "NO" }),
            None => ("–", "–"),
        };
        table.add_row([
            &figure.what,
            &figure.tributary,
            &figure.reference,
            &ratio.unwrap_or_else(|| "–".to_owned()),
            goal,
            reached,
        ]);
    }
    for column in [1, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("\n{}\n\n{table}", conditions());
}

/// On what the figures were taken.
fn conditions() -> String {
    let cores = available_parallelism().unwrap();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |it| it.trim_start_matches([' ', '\t', ':']));
    let kernel = Command::new("uname").arg("-sr").output();
    let kernel = kernel.map(|it| it.stdout).unwrap_or_default();
    let build = if cfg!(debug_assertions) {
        "DEBUG BUILD"
    } else {
        "release build"
    };
    format!(
        "{cores} cores ({model}), {}, Tributary {} ({build}), DataFusion {}",
        String::from_utf8_lossy(&kernel).trim(),
        env!("CARGO_PKG_VERSION"),
        datafusion::DATAFUSION_VERSION,
    )
}
