//! The floor: reading three columns of all touchpoints, and nothing else.

use std::{fs::File, path::Path, thread};

use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use crate::workload::TOUCHPOINTS;

const COLUMNS: [&str; 3] = ["customer_id", "agent_id", "touched_at"];

/// How many rows so many threads read, each its share of the files.
pub(crate) fn rows(folder: &Path, threads: usize) -> usize {
    let files = std::fs::read_dir(folder.join(TOUCHPOINTS)).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    thread::scope(|scope| {
        let shares = files.chunks(files.len().div_ceil(threads));
        let readers: Vec<_> = shares
            .map(|files| scope.spawn(move || files.iter().map(|file| rows_of(file)).sum::<usize>()))
            .collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum()
    })
}

fn rows_of(file: &Path) -> usize {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
    let reader = builder
        .with_projection(mask)
        .with_batch_size(8192)
        .build()
        .unwrap();
    reader.map(|batch| batch.unwrap().num_rows()).sum()
}
