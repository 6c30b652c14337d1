//! Where a sample goes: beside its place first, then renamed, never over someone's data.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::Written;
use super::{SampleError, SampleOptions, SampleSummary, TableSummary};

/// Raised when the same options give other rows than before.
const GENERATOR: u32 = 1;

/// The settings of the sample's warehouse.
const WAREHOUSE_TOML: &str = "\
# Days of reports begin at midnight of this zone, that of the shop.
timezone = \"America/New_York\"

# Amounts are reported in this currency; euros are converted at the rate of the day.
currency = \"USD\"

# The clock of the sample, RFC 3339: what \"today\" means, and nothing is later.
as_of = \"2026-11-20T15:30:00Z\"
";

/// What a sample says of itself, in `_tributary/sample.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Label {
    generator: u32,
    scale: f64,
    seed: u64,
    tables: BTreeMap<String, TableSummary>,
}

fn label_path(directory: &Path) -> PathBuf {
    directory.join("_tributary").join("sample.json")
}

/// The summary of what is there, if that is a sample of these options; nothing if the place is
/// free.
///
/// # Errors
/// When anything else is there.
pub(super) fn existing(
    out: &Path,
    options: &SampleOptions,
) -> Result<Option<SampleSummary>, SampleError> {
    let occupied = |found: String| SampleError::Occupied {
        path: out.to_path_buf(),
        expected: describe(options.scale, options.seed),
        found,
    };
    let mut entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(occupied("a file".to_owned()));
        }
        Err(error) => return Err(SampleError::io(out, "list the directory")(error)),
    };
    if entries.next().is_none() {
        return Ok(None);
    }
    let label = fs::read(label_path(out)).ok();
    let label = label.and_then(|bytes| serde_json::from_slice::<Label>(&bytes).ok());
    let Some(label) = label else {
        return Err(occupied("a directory with other files".to_owned()));
    };
    if label.generator != GENERATOR {
        return Err(occupied("a sample of another version".to_owned()));
    }
    if (label.scale, label.seed) != (options.scale, options.seed) {
        let found = describe(label.scale, label.seed);
        return Err(occupied(format!("a sample of {found}")));
    }
    Ok(Some(SampleSummary {
        tables: label.tables,
        is_new: false,
    }))
}

fn describe(scale: f64, seed: u64) -> String {
    format!("scale {scale} and seed {seed}")
}

/// A directory beside the place of the sample, removed unless it is published.
pub(super) struct Partial {
    path: PathBuf,
    out: PathBuf,
    is_published: bool,
}

impl Partial {
    pub(super) fn beside(out: &Path) -> Result<Self, SampleError> {
        let out = std::path::absolute(out).map_err(SampleError::io(out, "find the directory"))?;
        let name = out
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = out.with_file_name(format!(".{name}.partial-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(SampleError::io(&path, "create a directory"))?;
        Ok(Self {
            path,
            out,
            is_published: false,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the label and the settings, and moves everything to its place at once.
    pub(super) fn publish(
        mut self,
        options: &SampleOptions,
        written: &[Written],
    ) -> Result<SampleSummary, SampleError> {
        let mut tables: BTreeMap<String, TableSummary> = BTreeMap::new();
        for file in written {
            let table = tables.entry(file.table.to_owned()).or_default();
            table.files += 1;
            table.rows += file.rows;
            table.bytes += file.bytes;
        }
        let (scale, seed) = (options.scale, options.seed);
        let label = Label {
            generator: GENERATOR,
            scale,
            seed,
            tables,
        };
        let label_path = label_path(&self.path);
        let directory = label_path.parent().unwrap_or(&self.path);
        let settings_path = directory.join("warehouse.toml");
        fs::create_dir_all(directory).map_err(SampleError::io(directory, "create a directory"))?;
        serde_json::to_vec_pretty(&label)
            .map_err(io::Error::from)
            .and_then(|json| fs::write(&label_path, json))
            .map_err(SampleError::io(&label_path, "write the label"))?;
        fs::write(&settings_path, WAREHOUSE_TOML)
            .map_err(SampleError::io(&settings_path, "write the settings"))?;

        // An empty directory may be there; one that got files meanwhile is not removed.
        match fs::remove_dir(&self.out) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SampleError::io(&self.out, "replace an empty directory")(
                    error,
                ));
            }
            _ => {}
        }
        fs::rename(&self.path, &self.out)
            .map_err(SampleError::io(&self.out, "move the sample to its place"))?;
        self.is_published = true;
        Ok(SampleSummary {
            tables: label.tables,
            is_new: true,
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_published {
            // What cannot be removed is left; it is hidden and no warehouse reads it.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
