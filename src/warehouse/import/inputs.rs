//! Which files a run reads: files as they are named, folders, and patterns.

use std::path::{Path, PathBuf};

use datafusion::common::{Result, plan_datafusion_err, plan_err};

use super::{Format, source::in_file};

/// The files, in the order in which their rows count: as named, and by name within a folder or a
/// pattern. A file that is named twice is read where it is named first.
///
/// A folder stands for the files in it that end in a known format, not for folders below it.
///
/// # Errors
/// A plan error for a pattern or folder without any such file, and for nothing at all.
pub(super) fn files(named: &[PathBuf], format: Option<Format>) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in named {
        for file in files_of(path, format)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    match files.is_empty() {
        true => plan_err!("import: expected at least one file, got none"),
        false => Ok(files),
    }
}

fn files_of(path: &Path, format: Option<Format>) -> Result<Vec<PathBuf>> {
    if path.is_dir() {
        let mut files = Vec::new();
        for entry in in_file(path, path.read_dir())? {
            let file = in_file(path, entry)?.path();
            if file.is_file() && (format.is_some() || Format::of(&file).is_ok()) {
                files.push(file);
            }
        }
        return sorted(path, files);
    }
    // A file may have a name that is a pattern, too.
    let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']));
    let Some(pattern) = pattern.filter(|_| !path.exists()) else {
        return Ok(vec![path.to_owned()]);
    };
    let found = glob::glob(pattern)
        .map_err(|error| plan_datafusion_err!("import: the pattern {pattern}: {error}"))?;
    let mut files = Vec::new();
    for file in found {
        let file = in_file(path, file.map_err(std::io::Error::from))?;
        if file.is_file() {
            files.push(file);
        }
    }
    sorted(path, files)
}

fn sorted(from: &Path, mut files: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    files.sort();
    match files.is_empty() {
        true => plan_err!(
            "import: expected files to import in {}, found none",
            from.display()
        ),
        false => Ok(files),
    }
}
