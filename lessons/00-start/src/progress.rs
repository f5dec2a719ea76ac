//! Which exercises are done: what their last check said, kept in `target/progress.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// For each exercise that was checked, as `02-name-form/count-the-names`, whether it passed.
pub type Progress = BTreeMap<String, bool>;

fn file(root: &Path) -> PathBuf {
    root.join("target/progress.json")
}

/// What is known. A file that cannot be read is no knowledge: the next check writes it anew.
#[must_use]
pub fn read(root: &Path) -> Progress {
    let text = fs::read_to_string(file(root)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Adds what checks have said. The file is replaced whole: there is never half of one.
pub fn add(root: &Path, said: Progress) -> Result<(), String> {
    let mut progress = read(root);
    progress.extend(said);
    let write = || -> io::Result<()> {
        let (target, text) = (root.join("target"), serde_json::to_string_pretty(&progress)?);
        fs::create_dir_all(&target)?;
        let mut whole = NamedTempFile::new_in(&target)?;
        whole.write_all(text.as_bytes())?;
        whole.persist(file(root))?;
        Ok(())
    };
    write().map_err(|error| format!("{} cannot be written: {error}", file(root).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_stays_until_it_is_checked_again() {
        let root = tempfile::tempdir().unwrap();
        assert!(read(root.path()).is_empty());
        add(root.path(), [("02/a".to_owned(), true), ("02/b".to_owned(), true)].into()).unwrap();
        add(root.path(), [("02/b".to_owned(), false)].into()).unwrap();
        let known = read(root.path());
        assert_eq!((known["02/a"], known["02/b"]), (true, false));
        fs::write(file(root.path()), "{ half").unwrap();
        assert!(read(root.path()).is_empty());
    }
}
