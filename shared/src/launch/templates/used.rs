//! Which templates a lesson uses: the others are not read, so a mistake in them is no concern of it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::check::Files;
use crate::launch::{catalogue, files};

/// What tells which templates are used.
pub(super) struct Used {
    lesson: String,
    /// What the lesson's sources, but its tests, name. A server to which only the program was copied has
    /// no sources.
    named: Option<BTreeSet<String>>,
}

impl Used {
    pub(super) fn by(lesson: &str) -> Self {
        Self { lesson: lesson.to_owned(), named: named_by_sources(lesson) }
    }

    /// The templates in this folder that are used: those at its top, those in the lesson's own folder,
    /// and those in each folder that a source or a template names, as lesson 09 names pages of lesson 08.
    pub(super) fn read(&self, folder: &Path) -> io::Result<Files> {
        let mut waiting = files::below(folder)?;
        waiting.retain(|file| file.extension().is_some_and(|end| end == "tera"));
        let (mut used, mut named) = (Files::new(), self.named.clone());
        loop {
            let is_used = |file: &PathBuf| self.is_used(file, named.as_ref());
            let (next, others): (Vec<_>, _) = waiting.into_iter().partition(is_used);
            if next.is_empty() {
                return Ok(used);
            }
            for file in next {
                let bytes = fs::read(folder.join(&file))?;
                if let Some(named) = &mut named {
                    named.extend(names(&String::from_utf8_lossy(&bytes)));
                }
                used.insert(file, bytes);
            }
            waiting = others;
        }
    }

    fn is_used(&self, file: &Path, named: Option<&BTreeSet<String>>) -> bool {
        let mut parts = file.iter().map(|part| part.to_string_lossy());
        let (Some(folder), Some(_)) = (parts.next(), parts.next()) else { return true };
        folder == self.lesson || named.is_none_or(|named| named.contains(&*folder))
    }
}

fn named_by_sources(lesson: &str) -> Option<BTreeSet<String>> {
    let folder = catalogue::root().ok()?.join("lessons").join(lesson).join("src");
    let mut files = files::below(&folder).ok()?;
    files.retain(|file| !file.ends_with("tests.rs"));
    let texts = files.iter().filter_map(|file| fs::read_to_string(folder.join(file)).ok());
    Some(texts.flat_map(|text| names(&text)).collect())
}

/// What stands before a slash, as the folder does in `"02-name-form/index"`.
fn names(text: &str) -> Vec<String> {
    let is_outside = |letter: char| !letter.is_alphanumeric() && letter != '-';
    let names = text.split('/').filter_map(|before| before.rsplit(is_outside).next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The templates that lesson `02` uses, if its sources are these.
    fn used(sources: Option<&str>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("base.html.tera", "<main>"),
            ("02/index.html.tera", "{% include \"03/menu\" %}"),
            ("03/menu.html.tera", "{% extends \"04/frame\" %}"),
            ("04/frame.html.tera", "<nav>"),
            ("05/stocks.html.tera", "<table>"),
            ("06/._login.html.tera", "\u{0}"),
        ] {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let used = Used {
            lesson: "02".to_owned(),
            named: sources.map(|text| names(text).into_iter().collect()),
        };
        let files = used.read(folder.path()).unwrap().into_keys();
        files.map(|file| file.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn a_template_leads_to_those_that_it_names() {
        let files =
            ["02/index.html.tera", "03/menu.html.tera", "04/frame.html.tera", "base.html.tera"];
        assert_eq!(used(Some("fn page() {}")), files);
    }

    #[test]
    fn a_source_leads_to_a_template_of_another_lesson() {
        let files = used(Some(r#"Template::render("05/stocks", context! {})"#));
        assert!(files.contains(&"05/stocks.html.tera".to_owned()), "{files:?}");
    }

    #[test]
    fn without_sources_all_are_used() {
        assert_eq!(used(None).len(), 5);
    }
}
