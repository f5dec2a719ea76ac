//! Which exercises are done: what their last check said, kept in `target/progress.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::kept::keep;

/// For each exercise that was checked, as `02-name-form/count-the-names`, whether it passed.
pub type Progress = BTreeMap<String, bool>;

fn file(root: &Path) -> PathBuf {
    root.join("target/progress.json")
}

/// What is known. A file that cannot be read is no knowledge: the next check writes it again.
#[must_use]
pub fn read(root: &Path) -> Progress {
    let text = fs::read_to_string(file(root)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Adds what checks have said.
pub fn add(root: &Path, said: Progress) -> Result<(), String> {
    let mut progress = read(root);
    progress.extend(said);
    keep(&file(root), &progress)
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
