//! Python with pinned packages, for what only other people's programs can say.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// The Python of an environment under the target folder; it is made once for each pinning.
///
/// # Arguments
/// `requirements`: the file that pins every package.
pub(crate) fn environment(name: &str, requirements: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join(name);
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();

    let pinned = fs::read_to_string(requirements).unwrap();
    let (venv, stamp) = (folder.join("venv"), folder.join("installed.txt"));
    let python = venv.join("bin/python");
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&pinned) && python.exists() {
        return python;
    }
    let _ = fs::remove_file(&stamp);
    run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
        "install Python 3.11 or newer with its venv module (Debian: python3 python3-venv)",
    );
    run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(requirements),
        &format!(
            "pip must reach a package index that has {}",
            requirements.display()
        ),
    );
    fs::write(&stamp, pinned).unwrap();
    python
}

/// Runs a command that must succeed.
///
/// # Arguments
/// `needed`: what a person can do when it fails.
pub(crate) fn run(command: &mut Command, needed: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {needed}"));
    let printed = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{command:?} failed; {needed}\n{}",
        String::from_utf8_lossy(&printed)
    );
}
