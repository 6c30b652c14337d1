//! Node.js with pinned packages, for clients in JavaScript.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use crate::python::run;

/// The folder of the packages of a lock file, under the target folder; it is made once for each
/// pinning.
///
/// # Arguments
/// `locked`: the folder with `package.json` and `package-lock.json`.
pub(crate) fn packages(name: &str, locked: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join(name);
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();

    let pinned = fs::read_to_string(locked.join("package-lock.json")).unwrap();
    let (modules, stamp) = (folder.join("node_modules"), folder.join("installed.txt"));
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&pinned) && modules.exists() {
        return modules;
    }
    let _ = fs::remove_file(&stamp);
    for file in ["package.json", "package-lock.json"] {
        fs::copy(locked.join(file), folder.join(file)).unwrap();
    }
    run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder),
        "install Node.js 20 or newer with npm (Debian: nodejs npm), and let it reach a registry",
    );
    fs::write(&stamp, pinned).unwrap();
    modules
}
