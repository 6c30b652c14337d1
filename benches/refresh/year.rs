//! A year of a shop, and its import.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tributary::sample::{SampleOptions, write_sample};

use crate::python;

/// Files to import, and the warehouse that they go to.
pub(crate) struct Year {
    files: PathBuf,
    tables: Vec<String>,
    pub(crate) warehouse: PathBuf,
}

/// # Arguments
/// `scale`: of the sample, which becomes three thirds of the year.
/// `hours`: how many hours at the end have files of their own.
pub(crate) fn make(folder: &Path, scale: f64, hours: usize) -> Year {
    let (sample, files) = (folder.join("sample"), folder.join("files"));
    let options = SampleOptions {
        scale,
        ..SampleOptions::default()
    };
    write_sample(&sample, &options, &|_| {}).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let requirements = root.join("tests/peers/requirements.txt");
    let output = Command::new(python::environment("peers", &requirements))
        .arg(root.join("benches/refresh/year.py"))
        .args([&sample, &files])
        .arg(hours.to_string())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let warehouse = folder.join("warehouse");
    let settings = Path::new("_tributary/warehouse.toml");
    fs::create_dir_all(warehouse.join("_tributary")).unwrap();
    fs::copy(sample.join(settings), warehouse.join(settings)).unwrap();
    fs::remove_dir_all(sample).unwrap();
    let tables = String::from_utf8(output.stdout).unwrap();
    Year {
        files,
        tables: tables.lines().map(str::to_owned).collect(),
        warehouse,
    }
}

impl Year {
    /// What happened before the hours.
    pub(crate) fn past(&self) -> PathBuf {
        self.files.join("past")
    }

    /// One of the last hours, from 1.
    pub(crate) fn hour(&self, hour: usize) -> PathBuf {
        self.files.join(hour.to_string())
    }

    /// Imports the files of a folder, one for each table.
    pub(crate) fn import(&self, folder: &Path) {
        for table in &self.tables {
            let file = folder.join(table).with_extension("parquet");
            if !file.exists() {
                continue;
            }
            let mut import = Command::new(env!("CARGO_BIN_EXE_tributary"));
            import.arg("import").arg("--warehouse").arg(&self.warehouse);
            python::run(import.arg(table).arg(file), "see what it says");
        }
    }
}
