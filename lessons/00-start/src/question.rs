//! A question of a lesson's doc: a fold below `## Questions`, read as it stands there.

mod html;
mod parse;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::workspace;

/// A question of a lesson's doc, with answers to choose from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// `02-name-form`
    pub lesson: String,
    /// Which one of its lesson, from 1.
    pub number: usize,
    /// What is asked: text and code, as HTML.
    pub text: String,
    /// The answers to choose from: text and code, as HTML.
    pub choices: Vec<String>,
    /// Where the right one stands in them, from 0.
    pub right: usize,
    /// Why it is right and each other wrong, as HTML. It counts the choices from 1.
    pub answer: String,
}

/// The questions of a lesson in their order, or what is missing, in which line of its doc.
pub fn of_lesson(root: &Path, folder: &str) -> Result<Vec<Question>, String> {
    let file = root.join("docs").join(folder).with_extension("md");
    let doc = fs::read_to_string(&file);
    let doc = doc.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    parse::read(folder, &doc).map_err(|(line, what)| format!("docs/{folder}.md:{line}: {what}"))
}

/// The questions of all lessons.
pub fn all(root: &Path) -> Result<Vec<Question>, String> {
    let lessons = workspace::lessons(root)?.into_iter();
    let questions = lessons.map(|lesson| of_lesson(root, &lesson.folder));
    Ok(questions.collect::<Result<Vec<_>, _>>()?.concat())
}
