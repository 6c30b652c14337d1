//! How a query is run, and its rows as text.

use std::future::Future;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::prelude::SessionConfig;
use proptest::prelude::{Just, Strategy, prop_oneof};

/// How a query is run, none of which may show in its result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Execution {
    pub(crate) target_partitions: usize,
    pub(crate) batch_size: usize,
    pub(crate) rows_per_input_batch: usize,
}

impl Execution {
    pub(crate) fn config(self) -> SessionConfig {
        SessionConfig::new()
            .with_target_partitions(self.target_partitions)
            .with_batch_size(self.batch_size)
    }
}

pub(crate) fn executions() -> impl Strategy<Value = Execution> {
    let partitions = prop_oneof![Just(1_usize), Just(4), Just(7)];
    let batch_size = prop_oneof![Just(1_usize), Just(2), Just(3), Just(8192)];
    (partitions, batch_size, 1..20_usize).prop_map(|(target_partitions, batch_size, rows)| {
        Execution {
            target_partitions,
            batch_size,
            rows_per_input_batch: rows,
        }
    })
}

/// Waits for a query.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// The rows of a result as sorted lines; NULL is a dash and floats have nine digits.
pub(crate) fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut lines = vec![];
    for batch in batches {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |(column, cell): (&_, &ArrayFormatter<'_>)| {
                let column: &datafusion::arrow::array::ArrayRef = column;
                match column.as_primitive_opt::<Float64Type>() {
                    Some(floats) if floats.is_valid(row) => format!("{:.9}", floats.value(row)),
                    _ => cell.value(row).to_string(),
                }
            };
            let cells: Vec<_> = batch.columns().iter().zip(&cells).map(cell).collect();
            lines.push(cells.join(" "));
        }
    }
    lines.sort();
    lines
}
