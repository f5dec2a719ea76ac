//! The files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files in this folder and in those below it, by their paths from here. Hidden ones are left out:
/// they are those of macOS and of editors.
pub(super) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in fs::read_dir(folder)?.flatten() {
        let (path, name) = (entry.path(), PathBuf::from(entry.file_name()));
        if path.is_dir() {
            files.extend(below(&path)?.into_iter().map(|file| name.join(file)));
        } else if !name.to_string_lossy().starts_with('.') {
            files.push(name);
        }
    }
    Ok(files)
}
