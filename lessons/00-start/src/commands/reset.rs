//! `reset`: a lesson as it was. A copy of what it is now is kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git;
use crate::terminal::{is_yes, say};
use crate::workspace::{self, Lesson};

/// Brings a lesson back to what it was, if the answer to its question is yes.
pub fn reset(root: &Path, lesson: &str, is_sure: bool) -> Result<bool, String> {
    let lesson = workspace::find(root, lesson)?;
    let folders = lesson.folders();
    let status = git::run(root, &["status", "--short", "--"], &folders)?;
    if status.is_empty() {
        say(&format!("Lesson {} is as it was.", lesson.number()));
        return Ok(true);
    }
    say(&format!("{}\n", status.trim_end()));
    let question = "All this is undone, and new files are taken away. A copy is kept. Go on? [y/N]";
    if !is_sure && !is_yes(question) {
        say("Nothing was changed.");
        return Ok(false);
    }
    let copy = keep(root, &lesson).map_err(|error| format!("No copy can be kept: {error}."))?;
    let added = git::untracked(root, &folders)?;
    git::run(root, &["reset", "--quiet", "--"], &folders)?;
    let added_to_index = git::untracked(root, &folders)?;
    git::run(root, &["checkout", "--quiet", "HEAD", "--"], &folders)?;
    for file in added.iter().chain(&added_to_index) {
        let file = root.join(file);
        if file.exists() {
            let cannot = |error| format!("{} cannot be taken away: {error}.", file.display());
            fs::remove_file(&file).map_err(cannot)?;
        }
    }
    say(&format!("Lesson {} is as it was. The copy: {}", lesson.number(), copy.display()));
    Ok(true)
}

/// Copies a lesson's files below `target`, each time to a folder of its own.
fn keep(root: &Path, lesson: &Lesson) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let copy = PathBuf::from("target/kept").join(format!("{}-{now}", lesson.folder));
    for folder in lesson.folders() {
        for file in git::below(&root.join(&folder)) {
            let to = root.join(&copy).join(&folder).join(&file);
            fs::create_dir_all(to.parent().unwrap_or(&to))?;
            fs::copy(root.join(&folder).join(&file), &to)?;
        }
    }
    Ok(copy)
}
