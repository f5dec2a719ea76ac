//! A template that cannot be used.

use std::path::PathBuf;

use regex::escape;
use rocket_dyn_templates::tera::Tera;

use super::evidence::Evidence;
use super::mistake::{Fact, Mistake, quoted};
use super::source::{self, File};
use crate::launch::files;
use crate::launch::nearest::nearest;
use crate::launch::templates::{Problem, culprit, line_of_culprit, name_of};

/// The templates of the lesson, and of those whose sources it takes.
pub(super) fn files(evidence: &Evidence<'_>) -> Vec<File> {
    let folder = evidence.problems.folder();
    let paths = own_files(evidence).into_iter().map(|file| folder.join(file));
    paths.filter_map(|path| File::read(&evidence.root, &path)).collect()
}

/// Their paths from the folder of all templates, those of the lesson first and those of all lessons last.
fn own_files(evidence: &Evidence<'_>) -> Vec<PathBuf> {
    let lessons = evidence.root.join("lessons");
    let used = evidence.program.sources().iter().filter_map(|source| {
        let lesson = source.strip_prefix(&lessons).ok()?.components().next()?;
        Some(PathBuf::from(lesson.as_os_str()))
    });
    let used: Vec<_> = used.collect();
    let place = |file: &PathBuf| {
        if file.starts_with(&evidence.lesson.folder) {
            Some(0)
        } else if used.iter().any(|lesson| file.starts_with(lesson)) {
            Some(1)
        } else {
            (file.components().count() == 1).then_some(2)
        }
    };
    let mut files = files::below(&evidence.problems.folder()).unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|end| end == "tera") && place(file).is_some());
    files.sort_by_key(|file| (place(file), file.clone()));
    files
}

/// One that does not parse, or does not fit the others.
pub(super) fn broken(evidence: &Evidence<'_>, problem: &Problem) -> Mistake {
    let file = File::read(&evidence.root, &evidence.problems.folder().join(&problem.file));
    Mistake {
        title: "A template cannot be used".to_owned(),
        text: match &file {
            Some(_) => sentence(&problem.what),
            None => format!("`{}`: {}.", problem.file.display(), problem.what),
        },
        place: file.map(|file| file.place(problem.line.unwrap_or(1))),
        facts: vec![],
        mend: format!("{} Then reload this page: nothing has to be started again.", problem.mend),
    }
}

/// The words with a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{first}{}.", letters.as_str())
}

/// One that is missing, or that failed while this page was rendered.
pub(super) fn failed(evidence: &Evidence<'_>) -> Option<Mistake> {
    let name_in = |before: &str, after: &str| {
        evidence.heard.iter().enumerate().find_map(|(index, said)| {
            let name = said.text.strip_prefix(before)?.split_once(after)?.0;
            Some((index, name.to_owned()))
        })
    };
    if let Some((_, name)) = name_in("Template '", "' does not exist") {
        return Some(missing(evidence, &name));
    }
    let (last, name) = name_in("Template '", "' failed to render")?;
    // Before that it said why, and the deepest reason last.
    let reason = evidence.heard[..last].last().map_or("", |said| said.text.as_str());
    Some(unrendered(evidence, &name, reason))
}

fn missing(evidence: &Evidence<'_>, name: &str) -> Mistake {
    let files = own_files(evidence);
    let file = files.iter().find(|file| name_of(file) == name);
    if let Some(problem) = file.and_then(|file| evidence.problems.of(file)) {
        return broken(evidence, &problem);
    }
    let names: Vec<_> =
        files.iter().map(|file| name_of(file)).filter(|it| it.contains('/')).collect();
    let file = format!("templates/{name}.html.tera");
    let mend = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean `{near}`? Or put the file `{file}` back."),
        None => format!("Put the file `{file}` back, or name another one in the handler."),
    };
    let there = Fact { name: "The templates that are there".to_owned(), items: quoted(&names) };
    Mistake {
        title: "A template is missing".to_owned(),
        text: format!("The handler wants the template `{name}`, and there is no file `{file}`."),
        place: source::find(&evidence.sources(), &format!("\"{}\"", escape(name))),
        facts: if names.is_empty() { vec![] } else { vec![there] },
        mend,
    }
}

fn unrendered(evidence: &Evidence<'_>, name: &str, reason: &str) -> Mistake {
    let folder = evidence.problems.folder();
    let mut files = own_files(evidence);
    // The template itself is looked through first, then those that it may extend or include.
    files.sort_by_key(|file| name_of(file) != name);
    let read = |file: &PathBuf| File::read(&evidence.root, &folder.join(file));
    let place = files.iter().filter_map(read).find_map(|file| {
        let line = line_of_culprit(reason, &file.text)?;
        Some(file.place(line))
    });
    let names: Vec<_> = files.iter().map(|file| name_of(file)).collect();
    Mistake {
        title: "A template cannot be rendered".to_owned(),
        text: format!("`{name}`: {reason}."),
        place,
        facts: vec![],
        mend: mend(reason, &names),
    }
}

/// What to do about an error of Tera's.
fn mend(reason: &str, templates: &[String]) -> String {
    let culprit = culprit(reason).unwrap_or_default();
    let tera = Tera::default();
    let known: Vec<&str> = match reason.split(' ').next() {
        Some("Filter") => tera.filters.keys().map(String::as_str).collect(),
        Some("Function") => tera.functions.keys().map(String::as_str).chain(["input"]).collect(),
        Some("Test") => tera.testers.keys().map(String::as_str).collect(),
        Some("Template") => templates.iter().map(String::as_str).collect(),
        Some("Variable") => {
            let first = culprit.split(['.', '[']).next().unwrap_or_default();
            return format!(
                "Spell it as in the handler's `context! {{ … }}`, or give the page `{first}` there. For \
                 what may be missing, Tera has `| default(value=\"\")`. Then reload."
            );
        }
        _ => vec![],
    };
    match nearest(culprit, known) {
        Some(near) => format!("Did you mean `{near}`? Mend it and reload."),
        None => "Mend the template and reload.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_is_proposed() {
        let templates = ["08-database/menu".to_owned()];
        for (reason, expected) in [
            ("Filter 'uper' not found", "`upper`"),
            ("Function 'inptu' not found", "`input`"),
            ("Test 'definde' not found", "`defined`"),
            ("Template '[08-database/meun]' not found", "`08-database/menu`"),
            ("Variable `form.nmae` not found in context", "give the page `form`"),
            ("Filter 'zebra' not found", "Mend the template"),
        ] {
            assert!(mend(reason, &templates).contains(expected), "{reason}");
        }
    }
}
