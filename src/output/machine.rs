//! Formats that programs read: every row, streamed, and nothing else on the output.

use std::io::Write;

use datafusion::{
    arrow::{
        csv::{self, writer::Terminator},
        json,
    },
    common::Result,
    execution::SendableRecordBatchStream,
    parquet::arrow::ArrowWriter,
};
use futures::TryStreamExt;

use super::{Written, nested};

pub(super) async fn write_csv(
    mut stream: SendableRecordBatchStream,
    terminator: Terminator,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    let schema = nested::flat_schema(&stream.schema());
    let mut writer = csv::WriterBuilder::new()
        .with_header(true)
        .with_line_terminator(terminator)
        .build(out);
    // The header is written with the first batch, so an empty one brings it to an empty result.
    writer.write(&datafusion::arrow::array::RecordBatch::new_empty(schema))?;
    let mut rows = 0;
    while let Some(batch) = stream.try_next().await? {
        rows += batch.num_rows();
        writer.write(&nested::flatten(&batch)?)?;
    }
    writer.into_inner().flush()?;
    Ok(Written {
        rows,
        is_cut: false,
    })
}

pub(super) async fn write_json(
    mut stream: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    let builder = json::WriterBuilder::new().with_explicit_nulls(true);
    let mut writer = builder.build::<_, json::writer::JsonArray>(out);
    let mut rows = 0;
    while let Some(batch) = stream.try_next().await? {
        rows += batch.num_rows();
        writer.write(&batch)?;
    }
    writer.finish()?;
    let out = writer.into_inner();
    writeln!(out)?;
    out.flush()?;
    Ok(Written {
        rows,
        is_cut: false,
    })
}

pub(super) async fn write_parquet(
    mut stream: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    let mut writer = ArrowWriter::try_new(out, stream.schema(), None)?;
    let mut rows = 0;
    while let Some(batch) = stream.try_next().await? {
        rows += batch.num_rows();
        writer.write(&batch)?;
    }
    writer.into_inner()?.flush()?;
    Ok(Written {
        rows,
        is_cut: false,
    })
}
