//! The exercises of the lesson that runs: their files, which are done, and what of them is folded.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use serde_json::Value;

use super::heading;
use crate::launch::files;

/// The file of an exercise, if its lesson has one of that name.
pub(super) fn file(root: &Path, lesson: &str, name: &str) -> Option<PathBuf> {
    let folder = root.join("lessons").join(lesson).join("exercises");
    let wanted = PathBuf::from(format!("{name}.md"));
    let names = files::below(&folder).ok()?;
    names.contains(&wanted).then(|| folder.join(wanted))
}

/// Which exercises are done, as `cargo lesson check` has noted it.
#[derive(Default)]
pub(super) struct Progress(Value);

impl Progress {
    /// Reads it. Where nothing was checked yet, nothing is done.
    pub(super) fn read(root: &Path) -> Self {
        let text = fs::read_to_string(root.join("target/progress.json")).unwrap_or_default();
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(super) fn is_done(&self, lesson: &str, exercise: &str) -> bool {
        self.0[format!("{lesson}/{exercise}")] == true
    }
}

/// Folds what gives something away: each wrong way below "If it is not", and the solution. The hints
/// are folded in their files.
pub(super) fn fold(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let html = |text: &'static str| Event::Html(text.into());
    let headings = headings(&events);
    let (mut folded, mut open, mut is_in_summary) = (vec![], None, false);
    for (at, event) in events.into_iter().enumerate() {
        if let Some((_, level, is_folded)) = headings.iter().find(|(place, ..)| *place == at) {
            if open.is_some_and(|open| level <= open) {
                folded.push(html("</details>\n"));
                open = None;
            }
            if *is_folded {
                folded.push(html("<details>\n<summary>"));
                (open, is_in_summary) = (Some(level), true);
            }
        }
        let ends_heading = matches!(event, Event::End(TagEnd::Heading(_)));
        folded.push(event);
        if is_in_summary && ends_heading {
            folded.push(html("</summary>\n"));
            is_in_summary = false;
        }
    }
    if open.is_some() {
        folded.push(html("</details>\n"));
    }
    folded
}

/// Where each heading begins, its level, and whether what follows it is folded.
fn headings(events: &[Event<'_>]) -> Vec<(usize, HeadingLevel, bool)> {
    let mut headings = vec![];
    let mut section = String::new();
    for (at, event) in events.iter().enumerate() {
        let Event::Start(Tag::Heading { level, .. }) = event else {
            continue;
        };
        if *level <= HeadingLevel::H2 {
            section = heading::text(&events[at..]);
        }
        let is_folded = match section.as_str() {
            "If it is not" => *level == HeadingLevel::H3,
            "A solution" => *level == HeadingLevel::H2,
            _ => false,
        };
        headings.push((at, *level, is_folded));
    }
    headings
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Parser, html};

    use super::*;

    #[test]
    fn only_files_of_the_folder_are_found() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("lessons/02-name-form/exercises");
        fs::create_dir_all(folder.join("below")).unwrap();
        for name in ["count.md", ".hidden.md", "below/other.md", "../secret.md", "other.txt"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let file = |name: &str| file(root.path(), "02-name-form", name);
        assert_eq!(file("count"), Some(folder.join("count.md")));
        for name in ["../secret", "below", ".hidden", "other", "count.md", "", "..", "nowhere"] {
            assert_eq!(file(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_done_is_what_the_checks_have_noted() {
        let root = tempfile::tempdir().unwrap();
        let is_done =
            |exercise: &str| Progress::read(root.path()).is_done("02-name-form", exercise);
        assert!(!is_done("count"), "there is no file yet");
        fs::create_dir(root.path().join("target")).unwrap();
        let note = |text: &str| fs::write(root.path().join("target/progress.json"), text).unwrap();
        note(r#"{ "02-name-form/count": true, "02-name-form/other": false }"#);
        assert!(is_done("count") && !is_done("other") && !is_done("third"));
        for broken in ["", "[true]", "{ \"02-name-form/count\": ", "{ \"02-name-form/count\": 1 }"]
        {
            note(broken);
            assert!(!is_done("count"), "{broken}");
        }
    }

    #[test]
    fn the_wrong_ways_and_the_solution_are_folded_and_the_task_is_not() {
        let exercise = "# Count\n\nThe task.\n\n## It is right when\n\nThe check.\n\n\
            ## If it is not\n\n### All share `one`.\n\nFirst way.\n\n### It counts twice.\n\n\
            Second way.\n\n## A solution\n\nThe answer.\n\n### Why\n\nBecause.\n";
        let mut page = String::new();
        html::push_html(&mut page, fold(Parser::new(exercise).collect()).into_iter());
        let folds: Vec<_> = page.split("<details>").skip(1).collect();
        assert_eq!((folds.len(), page.matches("</details>").count()), (3, 3), "{page}");
        let first = "\n<summary>\n<h3>All share <code>one</code>.</h3>\n</summary>\n<p>First way.</p>\n</details>";
        assert!(folds[0].starts_with(first), "{page}");
        for text in ["<h2>A solution</h2>", "The answer.", "<h3>Why</h3>", "Because."] {
            assert!(folds[2].contains(text), "{page}");
        }
        assert!(page.ends_with("</details>\n"), "{page}");
        assert!(page.find("The check.") < page.find("<details>"), "{page}");
    }
}
