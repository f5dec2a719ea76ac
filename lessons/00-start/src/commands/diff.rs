//! `diff`: from one lesson to another, or from a lesson as it was to mine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::git;
use crate::terminal::say;
use crate::workspace::{self, Lesson};

/// Shows how a lesson's files differ from those of another one, or from what they were.
pub fn diff(root: &Path, lesson: &str, other: Option<&str>) -> Result<bool, String> {
    let lesson = workspace::find(root, lesson)?;
    match other {
        Some(other) => between(root, &lesson, &workspace::find(root, other)?),
        None => mine(root, &lesson),
    }
}

fn between(root: &Path, from: &Lesson, to: &Lesson) -> Result<bool, String> {
    let (before, after) = (files(root, from)?, files(root, to)?);
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for name in names {
        let text = |of: &BTreeMap<PathBuf, String>| of.get(name).cloned().unwrap_or_default();
        let (old, new) = (text(&before), text(&after));
        if old != new {
            let label = |lesson: &Lesson| format!("{}/{}", lesson.folder, name.display());
            let mut options = diffy::DiffOptions::new();
            options.set_original_filename(label(from)).set_modified_filename(label(to));
            say(options.create_patch(&old, &new).to_string().trim_end());
        }
    }
    Ok(true)
}

/// The files that a lesson is made of, by their paths in its folders, but its tests.
fn files(root: &Path, lesson: &Lesson) -> Result<BTreeMap<PathBuf, String>, String> {
    let mut found = BTreeMap::new();
    let [code, pages] = lesson.folders();
    for (folder, within) in [(format!("{code}/src"), "src"), (pages, "templates")] {
        for file in git::below(&root.join(&folder)) {
            let name = Path::new(within).join(&file);
            if !name.ends_with("tests.rs") {
                let text = fs::read_to_string(root.join(&folder).join(&file));
                let text = text.map_err(|error| format!("{}: {error}", name.display()))?;
                found.insert(name, text);
            }
        }
    }
    Ok(found)
}

fn mine(root: &Path, lesson: &Lesson) -> Result<bool, String> {
    let folders = lesson.folders();
    let changed = git::run(root, &["diff", "--no-ext-diff", "HEAD", "--"], &folders)?;
    let added = git::untracked(root, &folders)?;
    say(changed.trim_end());
    for file in &added {
        say(&format!("new: {}", file.display()));
    }
    if changed.is_empty() && added.is_empty() {
        say(&format!("Lesson {} is as it was.", lesson.number()));
    }
    Ok(true)
}
