//! The two outputs: results go to stdout, everything else to stderr.

use std::io::{self, BufWriter, Write};

use datafusion::{common::Result, execution::SendableRecordBatchStream};

use crate::output::{self, Columns, Format};

/// Prints a result; says on stderr when a table leaves rows out.
pub(super) async fn print(
    format: Format,
    columns: Columns,
    stream: SendableRecordBatchStream,
) -> Result<()> {
    let mut out = BufWriter::new(Watched {
        out: io::stdout(),
        is_closed: false,
    });
    let written = output::write(format, columns, stream, &mut out).await;
    if out.get_ref().is_closed {
        return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
    }
    let written = written?;
    if written.is_cut {
        note(&format!(
            "only the first {} rows are shown: use --format csv, json or parquet for all",
            written.rows
        ));
    }
    Ok(())
}

/// Knows that nobody reads any more, which the CSV writer reports as text only.
struct Watched<W> {
    out: W,
    is_closed: bool,
}

impl<W> Watched<W> {
    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.is_closed |= error.kind() == io::ErrorKind::BrokenPipe;
        }
        result
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.watch(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.watch(flushed)
    }
}

/// Prints a heading above a table.
pub(super) fn heading(text: &str) -> Result<()> {
    writeln!(io::stdout(), "\n{text}")?;
    Ok(())
}

/// Prints a line of what was done.
pub(super) fn line(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

/// A message to the person at the terminal. A closed stderr leaves nobody to tell.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
