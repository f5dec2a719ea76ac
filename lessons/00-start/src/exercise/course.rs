//! The exercises of the lessons, in the order in which their docs name them.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag};

use super::Exercise;
use crate::progress;
use crate::workspace::{self, Lesson};

/// The exercises of a lesson: first those to which its doc links, in that order; then others, by name.
pub fn of_lesson(root: &Path, lesson: &str) -> Result<Vec<Exercise>, String> {
    let folder = root.join("lessons").join(lesson).join("exercises");
    let files = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = files.filter(|file| file.extension().is_some_and(|end| end == "md"));
    let mut names: Vec<_> =
        files.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    let linked = linked(root, lesson);
    names.sort_by_key(|name| linked.iter().position(|it| it == name).unwrap_or(linked.len()));
    let read = |name: String| {
        let file = folder.join(&name).with_extension("md");
        let text = fs::read_to_string(&file);
        let text = text.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        Exercise::read(lesson, &name, text.trim_start_matches('\u{feff}'))
    };
    names.into_iter().map(read).collect()
}

/// The names of the exercises to which the doc of a lesson links, in their order.
#[must_use]
pub fn linked(root: &Path, lesson: &str) -> Vec<String> {
    let doc = fs::read_to_string(root.join("docs").join(lesson).with_extension("md"));
    let folder = format!("lessons/{lesson}/exercises/");
    let mut names = vec![];
    for event in Parser::new(&doc.unwrap_or_default()) {
        let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
        let name = dest_url.split_once(&folder).and_then(|(_, file)| file.strip_suffix(".md"));
        names.extend(name.filter(|name| !names.iter().any(|it| it == name)).map(str::to_owned));
    }
    names
}

/// The exercise that is meant by this name, of this lesson or of any.
pub fn find(root: &Path, lesson: &Lesson, name: &str) -> Result<Exercise, String> {
    let mut exercises = of_lesson(root, &lesson.folder)?;
    match exercises.iter().position(|it| it.name == name) {
        Some(at) => Ok(exercises.swap_remove(at)),
        None if exercises.is_empty() => Err(format!("{} has no exercises.", lesson.package())),
        None => {
            let names: Vec<_> = exercises.iter().map(|it| &*it.name).collect();
            let number = lesson.number();
            let names = names.join("\n  ");
            Err(format!("Lesson {number} has no exercise {name:?}. It has:\n  {names}"))
        }
    }
}

/// All lessons with their exercises.
pub fn all(root: &Path) -> Result<Vec<(Lesson, Vec<Exercise>)>, String> {
    let lessons = workspace::lessons(root)?.into_iter();
    lessons.map(|lesson| Ok((lesson.clone(), of_lesson(root, &lesson.folder)?))).collect()
}

/// The first exercise that is not done, from this lesson on.
pub fn next(root: &Path, from: Option<&Lesson>) -> Result<Option<Exercise>, String> {
    let progress = progress::read(root);
    let is_open = |exercise: &Exercise| progress.get(&exercise.key()) != Some(&true);
    let from = from.map_or("", |lesson| &lesson.folder);
    let lessons = all(root)?.into_iter().filter(|(lesson, _)| *lesson.folder >= *from);
    Ok(lessons.flat_map(|(_, exercises)| exercises).find(is_open))
}
