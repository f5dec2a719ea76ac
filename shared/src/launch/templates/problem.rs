//! What is wrong with a template.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// What is wrong with a template, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// Its file, from the folder of all templates: `02-name-form/index.html.tera`.
    pub(crate) file: PathBuf,
    /// The line, from 1, if one is to blame.
    pub(crate) line: Option<usize>,
    pub(crate) what: String,
    pub(crate) mend: String,
}

impl Problem {
    /// The problem in two lines, with the place at which an editor can open it.
    pub(super) fn in_words(&self, folder: &Path) -> String {
        let place = folder.join(&self.file).display().to_string();
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{place}{line}: {}\n  {}", self.what, self.mend)
    }
}

/// In managed state: what is wrong with the templates now, and where they are.
#[derive(Clone, Default)]
pub(crate) struct Problems(Arc<Mutex<(PathBuf, Vec<Problem>)>>);

impl Problems {
    pub(super) fn set(&self, folder: &Path, problems: Vec<Problem>) {
        *self.0.lock() = (folder.to_owned(), problems);
    }

    /// The folder of all templates.
    pub(crate) fn folder(&self) -> PathBuf {
        self.0.lock().0.clone()
    }

    /// What keeps the pages of this lesson from being rendered.
    pub(crate) fn all(&self) -> Vec<Problem> {
        self.0.lock().1.clone()
    }

    /// What is wrong with this file.
    pub(crate) fn of(&self, file: &Path) -> Option<Problem> {
        self.0.lock().1.iter().find(|problem| problem.file == file).cloned()
    }
}
