//! The docs say what is so: what they quote stands there, what they run answers as they say, what they
//! link to exists. Each test names the file and the line of all that is not so.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod handouts;
mod markdown;
mod questions;
mod screen;
mod teaching;
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lesson_00::console::run_with;
use markdown::{Block, Doc, anchor};
use pulldown_cmark::HeadingLevel;
use regex::Regex;
use tests::{lessons, root};

use crate::screen::Screen;
use crate::terminal::{shell, terminal};

/// The headings of a lesson's doc, in their order.
const HEADINGS: [&str; 11] = [
    "What you will see",
    "Run it",
    "The idea",
    "The code",
    "What is in the cookie now",
    "Flask beside Rocket",
    "Try to break it",
    "Your turn",
    "What changed since the last lesson",
    "Questions",
    "Where to read on",
];

const DIFFERENCE: &str = "What changed since the last lesson";
const FLASK: &str = "Flask beside Rocket";

fn docs() -> Vec<Doc> {
    let mut paths = files("docs");
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.push("README.md".into());
    paths.sort();
    paths.iter().map(|path| Doc::read(path)).collect()
}

/// The docs of lessons, each with its lesson.
fn lesson_docs() -> Vec<(String, Doc)> {
    docs().into_iter().filter_map(|doc| Some((doc.lesson()?, doc))).collect()
}

/// The pages to hand out, each with its lesson.
fn handouts() -> Vec<(String, Doc)> {
    docs().into_iter().filter_map(|doc| Some((doc.handout_of()?, doc))).collect()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn fail_with(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_lesson_has_the_same_headings() {
    for (_, doc) in lesson_docs() {
        let second = doc.headings.iter().filter(|heading| heading.level == HeadingLevel::H2);
        let found: Vec<_> = second.map(|heading| heading.text.as_str()).collect();
        assert_eq!(found, HEADINGS, "{}", doc.path.display());
    }
}

#[test]
fn the_book_has_every_doc() {
    let summary = Doc::read(Path::new("docs/SUMMARY.md"));
    let listed: Vec<_> = summary.links.iter().filter_map(|link| summary.target(&link.to)).collect();
    for doc in docs().iter().filter(|doc| doc.path.starts_with("docs")) {
        let is_listed = doc.path == summary.path || listed.contains(&doc.path);
        assert!(is_listed, "docs/SUMMARY.md does not list {}", doc.path.display());
    }
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let mut problems = vec![];
    for doc in docs() {
        for link in &doc.links {
            let Some(target) = doc.target(&link.to) else { continue };
            let place = doc.place(link.line);
            if !root().join(&target).exists() {
                problems.push(format!("{place}: there is no {}", target.display()));
            } else if let Some((_, name)) = link.to.split_once('#')
                && !Doc::read(&target).headings.iter().any(|it| anchor(&it.text) == name)
            {
                problems.push(format!("{place}: {} has no heading #{name}", target.display()));
            }
        }
    }
    fail_with(&problems);
}

#[test]
fn every_quoted_line_stands_in_its_file() {
    let mut problems = vec![];
    for doc in docs() {
        for block in &doc.blocks {
            let is_quoted = ["rust", "html", "toml", "sql"].contains(&&*block.language)
                || block.language == "text" && doc.lesson().is_some();
            if !is_quoted {
                continue;
            }
            let place = doc.place(block.line);
            match &block.file {
                None => problems.push(format!("{place}: no link says from which file this is")),
                Some(file) => {
                    if let Err(line) = stands_in(&block.text, &read(file)) {
                        let file = file.display();
                        problems.push(format!("{place}: {file} has no such line: {line}"));
                    }
                }
            }
        }
    }
    fail_with(&problems);
}

/// Whether the lines stand in the file, in their order and next to one another but where a line says
/// that some are left out; all of a piece may be indented less. Otherwise the first that does not.
fn stands_in(quoted: &str, file: &str) -> Result<(), String> {
    let left_out = ["…", "// …", "# …", "-- …", "{# … #}", "<!-- … -->"];
    let lines: Vec<_> = quoted.lines().map(str::trim_end).collect();
    let mut rest: Vec<_> = file.lines().map(str::trim_end).collect();
    for piece in lines.split(|line| left_out.contains(&line.trim())) {
        let piece: Vec<_> = match piece.iter().position(|line| !line.is_empty()) {
            Some(first) => piece[first..].to_vec(),
            None => continue,
        };
        let last = piece.iter().rposition(|line| !line.is_empty()).unwrap();
        let piece = &piece[..=last];
        let at = (0..rest.len()).find(|&at| begins_with(&rest[at..], piece));
        let Some(at) = at else {
            let missing = |line: &&&str| !rest.iter().any(|it| it.trim() == line.trim());
            let line = piece.iter().find(missing).unwrap_or(&piece[0]);
            return Err((*line).to_string());
        };
        rest.drain(..at + piece.len());
    }
    Ok(())
}

fn begins_with(lines: &[&str], piece: &[&str]) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(less) = lines.first().and_then(|line| indent(line).checked_sub(indent(piece[0])))
    else {
        return false;
    };
    let is_same = |(line, quoted): (&&str, &&str)| {
        if line.is_empty() { quoted.is_empty() } else { line.get(less..) == Some(*quoted) }
    };
    lines.len() >= piece.len() && lines.iter().zip(piece).all(is_same)
}

#[test]
fn every_command_answers_as_it_is_written() {
    fail_with(&wrong_commands(terminal));
}

#[test]
#[ignore = "needs bash and curl: tests/full"]
fn every_command_answers_so_in_a_real_shell() {
    fail_with(&wrong_commands(shell));
}

fn wrong_commands<T: FnMut(&str) -> Result<String, String>>(open: fn(&str) -> T) -> Vec<String> {
    let mut problems = vec![];
    let docs = lesson_docs().into_iter().chain(handouts()).chain([teaching::with_commands()]);
    for (lesson, doc) in docs {
        let mut terminal = open(&lesson);
        for block in doc.blocks.iter().filter(|block| block.language == "console") {
            problems.extend(run(&mut terminal, &doc, block).err());
        }
    }
    problems
}

#[test]
fn every_attack_ends_as_the_security_page_says() {
    fail_with(&wrong_attacks(terminal));
}

#[test]
#[ignore = "needs bash and curl: tests/full"]
fn every_attack_ends_so_in_a_real_shell() {
    fail_with(&wrong_attacks(shell));
}

/// Each attack of the page stands for itself: it has a terminal of its own.
fn wrong_attacks<T: FnMut(&str) -> Result<String, String>>(open: fn(&str) -> T) -> Vec<String> {
    let doc = Doc::read(Path::new("docs/security.md"));
    let (mut problems, mut attacks) = (vec![], BTreeMap::new());
    for block in doc.blocks.iter().filter(|block| block.language == "console") {
        let terminal = attacks.entry(&block.section).or_insert_with(|| open("01-hello"));
        problems.extend(run(terminal, &doc, block).err());
    }
    assert!(attacks.len() >= 10, "these are not all attacks: {:?}", attacks.keys());
    problems
}

/// Runs the commands of a block one after the other.
fn run(
    terminal: impl FnMut(&str) -> Result<String, String>,
    doc: &Doc,
    block: &Block,
) -> Result<(), String> {
    let steps = run_with(terminal, &block.text);
    let wrong = steps.into_iter().find(|step| !step.is_right);
    wrong.map_or(Ok(()), |step| {
        let answered = |output: String| format!("`{}` answers:\n{output}", step.command);
        let problem = step.answered.map_or_else(|problem| problem, answered);
        Err(format!("{}: {problem}", doc.place(block.line + step.line)))
    })
}

#[test]
fn every_text_between_quotes_is_on_the_screen() {
    let mut problems = vec![];
    for (lesson, doc) in lesson_docs().into_iter().chain(handouts()) {
        let screen = Screen::of(&lesson);
        for quotation in &doc.quotations {
            if !screen.says(&quotation.text) {
                let place = doc.place(quotation.line);
                problems.push(format!("{place}: no page says \"{}\"", quotation.text));
            }
        }
    }
    fail_with(&problems);
}

#[test]
fn every_code_beside_flask_stands_in_the_lesson() {
    let mut problems = vec![];
    for (lesson, doc) in lesson_docs() {
        let mut folders = vec![format!("lessons/{lesson}"), format!("templates/{lesson}")];
        if lesson.starts_with("09") {
            folders.extend(["lessons/08-database", "templates/08-database"].map(str::to_owned));
        }
        let above = PathBuf::from("templates/base.html.tera");
        let files = folders.iter().flat_map(files).chain([above]);
        let text: String = files.map(read).collect();
        for row in doc.rows.iter().filter(|row| row.section == FLASK) {
            let missing = row.codes.iter().filter(|code| !text.contains(*code));
            let place = doc.place(row.line);
            problems.extend(missing.map(|code| format!("{place}: {lesson} has no `{code}`")));
        }
    }
    fail_with(&problems);
}

#[test]
fn every_code_on_the_map_stands_where_it_leads() {
    let mut problems = vec![];
    let doc = Doc::read(Path::new("docs/from-flask.md"));
    for row in doc.rows.iter().filter(|row| !row.codes.is_empty()) {
        let place = doc.place(row.line);
        match &row.file {
            None => problems.push(format!("{place}: the third column leads to no file")),
            Some(file) => {
                let text = read(file);
                let missing = row.codes.iter().filter(|code| !text.contains(*code));
                let file = file.display();
                problems.extend(missing.map(|code| format!("{place}: {file} has no `{code}`")));
            }
        }
    }
    assert!(doc.rows.len() > 20, "it is the whole map");
    fail_with(&problems);
}

/// The files of a folder and of those in it, but what a lesson has kept.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(root().join(folder.as_ref())).unwrap() {
        let path = folder.as_ref().join(entry.unwrap().file_name());
        if path.ends_with("data") {
            continue;
        }
        if root().join(&path).is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The difference of a lesson's `main.rs` to that of the lesson before it.
fn difference(lesson: &str) -> Option<String> {
    let lessons = lessons();
    let at = lessons.iter().position(|it| it == lesson).unwrap();
    let before = lessons.get(at.checked_sub(1)?)?;
    let main = |lesson: &str| read(format!("lessons/{lesson}/src/main.rs"));
    let (before, after) = (main(before), main(lesson));
    let patch = diffy::create_patch(&before, &after).to_string();
    let lines: Vec<_> = patch.lines().skip(2).collect();
    Some(lines.join("\n") + "\n")
}

/// With `UPDATE_DOCS=1` in the environment it is written into the docs.
#[test]
fn what_changed_is_what_has_changed() {
    let mut problems = vec![];
    for (lesson, doc) in lesson_docs() {
        let Some(difference) = difference(&lesson) else { continue };
        let is_it = |block: &&Block| block.section == DIFFERENCE && block.language == "diff";
        match doc.blocks.iter().find(is_it) {
            None => problems.push(format!("{}: where is the difference?", doc.path.display())),
            Some(block) if block.text == difference => {}
            Some(block) if std::env::var_os("UPDATE_DOCS").is_some() => {
                let old = format!("```diff\n{}```", block.text);
                let (before, after) = doc.text.split_at(doc.text.rfind(&old).unwrap());
                let new = format!("{before}```diff\n{difference}```{}", &after[old.len()..]);
                fs::write(root().join(&doc.path), new).unwrap();
            }
            Some(block) => problems.push(format!(
                "{}: the two main.rs differ otherwise; with UPDATE_DOCS=1 this test writes how",
                doc.place(block.line)
            )),
        }
    }
    fail_with(&problems);
}

/// So many words are read in seven minutes.
const WORDS: usize = 1400;

#[test]
fn every_lesson_is_read_in_seven_minutes() {
    for (_, doc) in lesson_docs() {
        let words = words_to_read(&doc.text);
        let doc = doc.path.display();
        let words = words.unwrap_or_else(|| panic!("{doc}: its folds do not fit together"));
        assert!(words <= WORDS, "{doc} has {words} words outside its folds and its code");
    }
}

/// The words outside folds, blocks of code and pictures, if each fold is closed. The questions have
/// folds in folds.
fn words_to_read(text: &str) -> Option<usize> {
    let left_out = Regex::new(r"(?s)```.*?```|!\[[^\]]*\]\([^)]*\)").unwrap();
    let text = left_out.replace_all(text, "");
    let tags = Regex::new("</?details>").unwrap();
    let (mut words, mut end, mut depth) = (0, 0, 0_usize);
    let count = |text: &str| text.split_whitespace().count();
    for tag in tags.find_iter(&text) {
        if depth == 0 {
            words += count(&text[end..tag.start()]);
        }
        end = tag.end();
        depth = if tag.as_str() == "<details>" { depth + 1 } else { depth.checked_sub(1)? };
    }
    (depth == 0).then(|| words + count(&text[end..]))
}

#[test]
fn what_is_to_be_read_is_neither_folded_nor_code() {
    assert_eq!(words_to_read("one <details>a <details>b</details> c</details> two"), Some(2));
    assert_eq!(words_to_read("one ```\ncode\n``` ![a picture](b.svg) two"), Some(2));
    assert_eq!(words_to_read("`routes![a])` is code (and [here](b.md) is no picture)"), Some(8));
    assert_eq!(words_to_read("<details>a <details>b</details>"), None);
    assert_eq!(words_to_read("a</details> b <details>"), None);
}
