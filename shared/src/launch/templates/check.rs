//! Which templates can be used, and what is wrong with the others.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::str;
use std::sync::LazyLock;

use regex::Regex;
use rocket_dyn_templates::tera::{Template, Tera, ast::Node};
use serde_json::Value;

use super::{BASE, Problem, customize};
use crate::launch::nearest::nearest;

/// Templates by their files, from the folder of all templates.
pub(super) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A byte order mark, with which some editors begin a file.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The templates that can be used, and what is wrong with the others.
///
/// Each is looked at by itself first, then those that extend others. Where a mark at the beginning is
/// no mistake, it is left out.
pub(super) fn check(
    files: &Files,
    facts: &Value,
    marks_are_mistakes: bool,
) -> (Files, Vec<Problem>) {
    let mut check = Check { parsed: BTreeMap::new(), problems: vec![] };
    for (file, bytes) in files {
        let unmarked = bytes.strip_prefix(MARK);
        if unmarked.is_some() && marks_are_mistakes {
            check.blame(file, Some(1), MARKED, UNMARK);
            continue;
        }
        let text = unmarked.unwrap_or(bytes);
        match str::from_utf8(text) {
            Ok(text) => check.parse(file, text),
            Err(error) => {
                let line = line_at(&String::from_utf8_lossy(text), error.valid_up_to());
                check.blame(file, Some(line), "it is not UTF-8 here", "Save the file as UTF-8.");
            }
        }
    }
    check.follow_parents();
    check.assemble(facts);
    let good = check.parsed.into_values().map(|it| (it.file, it.text.into_bytes())).collect();
    (good, check.problems)
}

const MARKED: &str = "it begins with a byte order mark (BOM), which is no part of a page";
const UNMARK: &str =
    "Save the file as \u{201c}UTF-8\u{201d}, not as \u{201c}UTF-8 with BOM\u{201d}.";

/// The name by which pages and other templates call it: `02-name-form/index`.
pub(crate) fn name_of(file: &Path) -> String {
    let name = file.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
    let stem = name.strip_suffix(".tera").unwrap_or(&name);
    let (folder, base) = stem.rsplit_once('/').map_or(("", stem), |(folder, base)| (folder, base));
    let base = base.rsplit_once('.').map_or(base, |(base, _)| base);
    if folder.is_empty() { base.to_owned() } else { format!("{folder}/{base}") }
}

/// The line, from 1, of this byte.
fn line_at(text: &str, byte: usize) -> usize {
    1 + text[..byte].matches('\n').count()
}

/// The line, from 1, of the first tag in which a pattern occurs: `{{ … }}` or `{% … %}`.
fn line_of(text: &str, pattern: &str) -> Option<usize> {
    static TAG: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)\{[{%].*?[%}]\}").expect("the pattern is well formed"));
    let pattern = Regex::new(pattern).ok()?;
    let found = TAG.find_iter(text).find_map(|tag| {
        let inside = pattern.find(tag.as_str())?;
        Some(tag.start() + inside.start())
    })?;
    Some(line_at(text, found))
}

/// A template that parses.
struct Parsed {
    file: PathBuf,
    text: String,
    template: Template,
}

struct Check {
    /// The templates that are good so far, by name.
    parsed: BTreeMap<String, Parsed>,
    problems: Vec<Problem>,
}

impl Check {
    fn blame(&mut self, file: &Path, line: Option<usize>, what: &str, mend: &str) {
        let (file, what, mend) = (file.to_owned(), what.to_owned(), mend.to_owned());
        self.problems.push(Problem { file, line, what, mend });
    }

    fn parse(&mut self, file: &Path, text: &str) {
        let name = name_of(file);
        match Template::new(&name, None, text) {
            Ok(template) => {
                let parsed = Parsed { file: file.to_owned(), text: text.to_owned(), template };
                self.parsed.insert(name, parsed);
            }
            Err(error) => {
                let (line, what) = reason(&chain(&error), text);
                self.blame(file, line, &what, "Look at this line, and at the tags before it.");
            }
        }
    }

    /// Leaves out each that extends one that is not there.
    fn follow_parents(&mut self) {
        let is_missing = |parsed: &BTreeMap<String, Parsed>, it: &Parsed| {
            it.template.parent.as_ref().is_some_and(|parent| !parsed.contains_key(parent))
        };
        while let Some(orphan) = self.parsed.values().find(|it| is_missing(&self.parsed, it)) {
            let (name, parent) = (orphan.template.name.clone(), orphan.template.parent.clone());
            let (Some(orphan), Some(parent)) = (self.parsed.remove(&name), parent) else { return };
            // If that one is there and broken, it is the one to mend.
            if self.problems.iter().any(|problem| name_of(&problem.file) == parent) {
                continue;
            }
            if parent == BASE {
                let what = "it is missing, and all pages extend it";
                self.blame(Path::new("base.html.tera"), None, what, "Put the file back.");
                continue;
            }
            let what = format!("it extends `{parent}`, and there is no such template");
            let mend = match nearest(&parent, self.parsed.keys().map(String::as_str)) {
                Some(near) => format!("Did you mean `{{% extends \"{near}\" %}}`?"),
                None => format!(
                    "Put the file `templates/{parent}.html.tera` back, or extend another one."
                ),
            };
            let line = line_of(&orphan.text, r"\bextends\b");
            self.blame(&orphan.file, line, &what, &mend);
        }
    }

    /// Puts them together, as the engine will, and sees what does not fit.
    fn assemble(&mut self, facts: &Value) {
        let mut tera = Tera::default();
        let templates = self.parsed.iter().map(|(name, it)| (name.clone(), it.template.clone()));
        tera.templates.extend(templates);
        let assembled = tera
            .build_inheritance_chains()
            .and_then(|()| tera.check_macro_files())
            .and_then(|()| customize(&mut tera, facts));
        let Err(error) = assembled else { return self.look_at_blocks(&tera) };
        let words = chain(&error);
        let is_named = |name: &&String| {
            words.contains(&format!("`{name}`")) || words.contains(&format!("'{name}'"))
        };
        let guilty = self.parsed.keys().find(is_named).map_or(BASE, String::as_str).to_owned();
        if let Some(Parsed { file, text, .. }) = self.parsed.remove(&guilty) {
            let (line, what) = reason(&words, &text);
            self.blame(&file, line, &what, "Look at what is named here.");
            self.follow_parents();
            self.assemble(facts);
        }
    }

    /// Finds each block that no template has a place for: Tera leaves it out without a word.
    fn look_at_blocks(&mut self, tera: &Tera) {
        for template in tera.templates.values() {
            let Some(parent) = template.parents.first() else { continue };
            let known: Vec<_> = blocks_above(tera, template);
            let own = template.ast.iter().filter_map(|node| match node {
                Node::Block(_, block, _) => Some(block.name.as_str()),
                _ => None,
            });
            for block in own.filter(|block| !known.contains(block)) {
                let Some(Parsed { file, text, .. }) = self.parsed.get(&template.name) else {
                    continue;
                };
                let line = line_of(text, &format!(r"\bblock\s+{}\b", regex::escape(block)));
                let what = format!(
                    "`{parent}`, which it extends, has no block `{block}`: what stands in it is \
                     never shown"
                );
                let mend = match nearest(block, known.iter().copied()) {
                    Some(near) => format!("Did you mean `{{% block {near} %}}`?"),
                    None => format!("The blocks there are: {}.", known.join(", ")),
                };
                let file = file.clone();
                self.blame(&file, line, &what, &mend);
            }
        }
    }
}

/// The blocks that a template can fill.
fn blocks_above<'t>(tera: &'t Tera, template: &Template) -> Vec<&'t str> {
    let parents = template.parents.iter().filter_map(|name| tera.templates.get(name));
    parents.flat_map(|parent| parent.blocks.keys().map(String::as_str)).collect()
}

/// An error and what led to it, in one line each.
fn chain(error: &dyn Error) -> String {
    let mut words = vec![];
    let mut next = Some(error);
    while let Some(error) = next {
        words.push(error.to_string());
        next = error.source();
    }
    words.join("\n")
}

/// Which line is to blame, and why.
fn reason(error: &str, text: &str) -> (Option<usize>, String) {
    let line =
        error.split_once("--> ").and_then(|(_, place)| place.split_once(':')?.0.parse().ok());
    if let (Some(_), Some((_, expected))) = (line, error.rsplit_once("= ")) {
        return (line, format!("it does not parse: {}", expected.trim()));
    }
    let what = error.lines().last().unwrap_or(error).to_owned();
    (line_of_culprit(&what, text), what)
}

/// The name that an error puts in quotes; that of an include is in brackets too.
pub(crate) fn culprit(error: &str) -> Option<&str> {
    Some(error.split(['`', '\'']).nth(1)?.trim_matches(['[', ']']))
}

/// The line of the name that an error puts in quotes: `Filter 'uper' not found`.
pub(crate) fn line_of_culprit(error: &str, text: &str) -> Option<usize> {
    let name = regex::escape(culprit(error)?);
    let is_filter = error.starts_with("Filter");
    let pattern = if is_filter { format!(r"\|\s*{name}\b") } else { format!(r"\b{name}\b") };
    line_of(text, &pattern)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is wrong with these templates, in a line each, and which can be used.
    fn check_all(files: &[(&str, &[u8])], marks_are_mistakes: bool) -> (Vec<String>, Vec<String>) {
        let files = files.iter().map(|(file, text)| (PathBuf::from(file), text.to_vec())).collect();
        let (good, problems) = check(&files, &json!({}), marks_are_mistakes);
        let told =
            problems.iter().map(|it| format!("{}:{:?} {}", it.file.display(), it.line, it.what));
        (told.collect(), good.keys().map(|file| name_of(file)).collect())
    }

    const BASE_FILE: (&str, &[u8]) =
        ("base.html.tera", b"{% raw %}{% block content %}{% endblock %}{% endraw %}");

    #[test]
    fn a_file_that_is_not_utf8_is_named_with_its_line() {
        let (told, good) = check_all(&[("02/a.html.tera", b"\xef\xbb\xbf\xc3\xa4\n\n\xe4")], false);
        assert_eq!(told, ["02/a.html.tera:Some(3) it is not UTF-8 here"]);
        assert!(good.is_empty());
    }

    #[test]
    fn one_that_is_broken_is_blamed_and_not_those_that_extend_it() {
        let (told, good) = check_all(
            &[
                ("02/a.html.tera", b"{% extends \"02/b\" %}"),
                ("02/b.html.tera", b"\n{{ x"),
                ("05/c.html.tera", b"{% if %}"),
                ("05/d.html.tera", b"fine"),
            ],
            false,
        );
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("02/b.html.tera:Some(2) it does not parse"), "{told:?}");
        assert!(told[1].starts_with("05/c.html.tera:Some(1) it does not parse"), "{told:?}");
        assert_eq!(good, ["05/d"]);
    }

    #[test]
    fn a_block_within_another_is_no_stranger() {
        let page = b"{% extends \"base\" %}{% block content %}{% block more %}{% endblock %}{% endblock %}";
        let (told, good) = check_all(&[BASE_FILE, ("02/a.html.tera", page)], true);
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(good, ["02/a", "base"]);
    }

    #[test]
    fn two_that_extend_one_another_do_not_hang() {
        let (told, good) = check_all(
            &[
                ("02/a.html.tera", b"{% extends \"02/b\" %}"),
                ("02/b.html.tera", b"{% extends \"02/a\" %}"),
            ],
            true,
        );
        assert!(told[0].contains("Circular extend"), "{told:?}");
        assert!(good.is_empty());
    }

    #[test]
    fn an_error_in_base_is_found_where_it_stands() {
        let base: (&str, &[u8]) = ("base.html.tera", b"<p>\n{{ lesson.nubmer }}");
        let (told, _) = check_all(&[base], true);
        assert!(told[0].starts_with("base.html.tera:Some(2) Variable `lesson.nubmer`"), "{told:?}");
    }
}
