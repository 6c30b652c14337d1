//! What an import is asked to do, how far it is, and what it did.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use datafusion::common::{Result, plan_datafusion_err};

use super::compressed::without_compression;

/// One run of an import.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// A contract table.
    pub table: String,
    /// Local files, folders and patterns such as `orders/*.csv`, read in this order: where two
    /// rows have one key, the later row wins. Files of a folder or pattern come in the order of
    /// their names.
    pub files: Vec<PathBuf>,
    /// Pairs of target column and source column, for source columns under another name.
    pub mapping: Vec<(String, String)>,
    /// The format of every file; `None` tells it by each file's extension.
    pub format: Option<Format>,
    /// The column that says which rows are to be removed: true, or a time.
    pub deleted_when: Option<String>,
    /// Reads files that were imported already and have not changed since.
    pub again: bool,
    /// Reads, checks and counts, but commits nothing.
    pub dry_run: bool,
    /// When the import runs: kept with quarantined values.
    pub imported_at: jiff::Timestamp,
}

/// What is done when a value of some rows cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRows {
    /// They are kept apart, with the reasons, and the others are stored.
    Quarantine,
    /// Nothing is stored.
    Refuse,
}

/// As `tributary.bad_rows` says it.
impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quarantine => "quarantine",
            Self::Refuse => "refuse",
        })
    }
}

/// How a file holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values under a header line; an empty field is NULL.
    Csv,
    /// One JSON object per line.
    JsonLines,
    Parquet,
}

/// How far an import is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The file that the rows are from.
    pub file: &'a str,
    /// Rows read so far, of all files.
    pub row_count: u64,
    /// Bytes read so far, of all files.
    pub read_bytes: u64,
    /// Size of all files.
    pub total_bytes: u64,
}

/// What became of every row that an import read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Rows with a new key, and rows that changed what was stored under their key.
    pub imported: u64,
    /// Rows that say what is stored already, and deletions of what is not there.
    pub unchanged: u64,
    /// Rows kept out of the table because of a bad value.
    pub quarantined: u64,
    /// Rows replaced by a later row of the same run with the same key.
    pub superseded: u64,
    /// Rows removed from the table: those that say so, and those that a replacement has not.
    pub deleted: u64,
    /// Files that were not read, because they were imported already.
    pub skipped_files: u64,
    /// Sentences about conversions that lose something.
    pub warnings: Vec<String>,
}

impl ImportSummary {
    /// All rows read: each is counted in exactly one of the five counts. Rows that a replacement
    /// removes were not read, and come on top.
    pub fn rows_read(&self) -> u64 {
        self.imported + self.unchanged + self.quarantined + self.superseded + self.deleted
    }
}

impl Format {
    /// The format that a file's extension names.
    ///
    /// # Errors
    /// A plan error that lists the known extensions.
    pub fn of(file: &Path) -> Result<Self> {
        let name = without_compression(file);
        let extension = name.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson" | "json") => Ok(Self::JsonLines),
            Some("parquet") if *name == *file => Ok(Self::Parquet),
            _ => Err(plan_datafusion_err!(
                "import: expected a file ending in .csv, .jsonl, .ndjson, .json or .parquet, got {} \
                 (text may be compressed: .csv.gz, .csv.zst)",
                file.display()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Format;

    #[test]
    fn the_extension_tells_the_format() {
        for (file, format) in [
            ("a/orders.csv", Format::Csv),
            ("orders.CSV", Format::Csv),
            ("orders.2026.jsonl", Format::JsonLines),
            ("orders.ndjson", Format::JsonLines),
            ("orders.json", Format::JsonLines),
            ("orders.parquet", Format::Parquet),
            ("orders.csv.gz", Format::Csv),
            ("orders.JSONL.ZST", Format::JsonLines),
        ] {
            assert_eq!(Format::of(Path::new(file)).unwrap(), format, "{file}");
        }
        for file in [
            "orders",
            "orders.xlsx",
            ".csv",
            "orders.parquet.gz",
            "orders.gz",
        ] {
            let error = Format::of(Path::new(file)).unwrap_err().to_string();
            assert!(error.contains(".ndjson"), "{error}");
        }
    }
}
