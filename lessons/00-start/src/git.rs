//! The lessons as they were: git knows it. And what is there now.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What git says to a command about these paths.
pub fn run(root: &Path, arguments: &[&str], paths: &[String]) -> Result<String, String> {
    let mut git = Command::new("git");
    git.current_dir(root).args(arguments).args(paths).stdin(Stdio::null());
    let output = git.output().map_err(|error| {
        format!(
            "This needs git, which knows the lessons as they were, but git cannot be run: {error}."
        )
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "git knows the lessons as they were, but not here: {}\nThis works in a clone of the \
         repository (`git clone …`), and not in a copy without its history.",
        said.trim()
    ))
}

/// The files in these folders that git does not know, less those that it has been told to ignore.
pub fn untracked(root: &Path, folders: &[String]) -> Result<Vec<PathBuf>, String> {
    let list = run(root, &["ls-files", "-z", "--others", "--exclude-standard", "--"], folders)?;
    Ok(list.split_terminator('\0').map(PathBuf::from).collect())
}

/// The files below a folder, by their paths from there, in their order; but what a lesson has kept.
#[must_use]
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = PathBuf::from(entry.file_name());
        if !entry.path().is_dir() {
            found.push(name);
        } else if name != Path::new("data") {
            found.extend(below(&entry.path()).into_iter().map(|file| name.join(file)));
        }
    }
    found
}
