//! Unified diffs: what files become by one.

use std::fs;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};

/// The files that a diff changes, by their paths from the root, and what they are then; `None` for one
/// that is no more.
pub fn apply(root: &Path, diff: &str) -> Result<Vec<(PathBuf, Option<String>)>, String> {
    let mut changed = vec![];
    for of_file in PatchSet::parse(diff, ParseOptions::unidiff()) {
        let of_file = of_file.map_err(|error| format!("the diff cannot be read: {error}"))?;
        // As git writes it: `a/` before the old path, `b/` before the new one.
        let (from, to) = match of_file.operation().strip_prefix(1) {
            FileOperation::Modify { original, modified } => (Some(original), Some(modified)),
            FileOperation::Create(path) => (None, Some(path)),
            FileOperation::Delete(path) => (Some(path), None),
            _ => return Err("a diff only changes, makes or deletes files".to_owned()),
        };
        let before = match from {
            Some(ref file) => fs::read_to_string(root.join(&**file))
                .map_err(|error| format!("{file} cannot be read: {error}"))?,
            None => String::new(),
        };
        let hunks = of_file.patch().as_text().ok_or("a diff is text")?;
        let name = to.as_ref().or(from.as_ref()).map(ToString::to_string).unwrap_or_default();
        let after = diffy::apply(&before, hunks)
            .map_err(|error| format!("the diff does not fit {name}: {error}"))?;
        changed.push((name.into(), to.is_some().then_some(after)));
    }
    if changed.is_empty() {
        return Err("a diff begins with `--- ` and the path of a file".to_owned());
    }
    Ok(changed)
}
