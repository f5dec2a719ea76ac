//! The page for teachers: what it plans adds up, and what it says of other pages is so.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use tests::lessons;

use crate::handouts::{in_one_line, is_question_of};
use crate::markdown::Doc;
use crate::screen::Screen;
use crate::{docs, handouts, read};

fn teaching() -> Doc {
    Doc::read(Path::new("docs/teaching.md"))
}

/// The cells of a section's tables, row by row; the first row is that of the headings.
fn table(section: &str) -> Vec<Vec<&str>> {
    let rows = section.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// The plan of a lesson, by the first cell of each row.
fn plan<'t>(teaching: &'t Doc, lesson: &str) -> BTreeMap<&'t str, &'t str> {
    let section = teaching.section(&format!("Lesson {}", &lesson[..2]));
    table(section).into_iter().map(|row| (row[0], row[1])).collect()
}

/// The numbers of a text.
fn numbers(text: &str) -> Vec<u32> {
    let number = Regex::new(r"\d+").unwrap();
    number.find_iter(text).map(|found| found.as_str().parse().unwrap()).collect()
}

#[test]
fn the_afternoon_adds_up() {
    let teaching = teaching();
    let (mut now, mut planned) = (0, vec![]);
    for row in table(teaching.section("One afternoon")).iter().skip(1) {
        let (from, minutes) = (numbers(row[0]), numbers(row[1])[0]);
        assert_eq!(from[0] * 60 + from[1], now, "{}", row[2]);
        now += minutes;
        let Some((_, lesson)) = row[2].split_once("(#lesson-") else { continue };
        planned.push((lesson[..2].to_owned(), minutes));
    }
    assert_eq!(now, 4 * 60);
    let own = lessons().into_iter().map(|lesson| {
        let minutes = numbers(plan(&teaching, &lesson)["minutes"]);
        let parts: u32 = minutes[1..].iter().sum();
        assert_eq!(minutes[0], parts, "{lesson}: demo, question and exercise");
        (lesson[..2].to_owned(), minutes[0])
    });
    assert_eq!(planned, own.collect::<Vec<_>>());
}

#[test]
fn the_objectives_are_those_of_the_pages_to_hand_out() {
    let teaching = teaching();
    let rows = table(teaching.section("Objectives"));
    let told: Vec<_> = rows[1..].iter().map(|row| (row[1].to_owned(), row[2].to_owned())).collect();
    let handed_out = handouts().into_iter().map(|(lesson, page)| {
        let (_, objective) = page.text.split_once("**Afterwards you can say** ").unwrap();
        let objective = in_one_line(objective.split("\n\n").next().unwrap());
        (objective, format!("[page](handouts/{lesson}.md)"))
    });
    assert_eq!(told, handed_out.collect::<Vec<_>>());
}

#[test]
fn every_vote_is_on_a_question_of_the_lesson() {
    let teaching = teaching();
    for lesson in lessons() {
        let question = plan(&teaching, &lesson)["vote"];
        assert!(is_question_of(&lesson, question), "docs/{lesson}.md does not ask: {question}");
    }
}

/// What learners say stands between quotes too, but in the tables below the demos.
#[test]
fn every_text_that_a_demo_quotes_is_on_the_screen() {
    let teaching = teaching();
    let code = Regex::new(r"(?s)```.*?```|`[^`]*`").unwrap();
    let quoted = Regex::new(r#""([^"]*)""#).unwrap();
    for lesson in lessons() {
        let section = teaching.section(&format!("Lesson {}", &lesson[..2]));
        let demo = section.split("\n| what | plan |").next().unwrap();
        let demo = in_one_line(&code.replace_all(demo, ""));
        let screen = Screen::of(&lesson);
        for text in quoted.captures_iter(&demo) {
            assert!(screen.says(&text[1]), "{lesson}: no page says \"{}\"", &text[1]);
        }
    }
}

/// The page, for what a learner types instead of looking, and the lesson in which that is.
pub(crate) fn with_commands() -> (String, Doc) {
    let teaching = teaching();
    let blocks = teaching.blocks.iter().filter(|it| it.language == "console");
    assert_eq!(blocks.count(), 1, "only one lesson is known here");
    ("06-login".to_owned(), teaching)
}

#[test]
fn the_oldest_rust_that_will_do_is_the_workspaces() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let oldest = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    let told = format!("`requires rustc {oldest}`");
    assert!(teaching().text.contains(&told), "{told}");
}

/// A command of `cargo lesson` is a variant of the enum that clap reads.
#[test]
fn every_command_of_the_tool_is_one_that_it_has() {
    let tool = read("lessons/00-start/src/main.rs");
    let (_, commands) = tool.split_once("\nenum Command {\n").unwrap();
    let variant = Regex::new(r"(?m)^    ([A-Z][a-z]+)(?: \{|,)").unwrap();
    let commands = commands.split("\n}\n").next().unwrap();
    let has: Vec<_> = variant.captures_iter(commands).map(|it| it[1].to_lowercase()).collect();
    let word = Regex::new(r"cargo lesson ([a-z]+)").unwrap();
    for doc in docs() {
        for found in word.captures_iter(&doc.text) {
            let is_there = has.iter().any(|command| *command == found[1]);
            assert!(is_there, "{}: `{}` is not of {has:?}", doc.path.display(), &found[0]);
        }
    }
}

/// How many lines a solution takes away or adds, whichever is more, and whether any of them is Rust.
fn size_of_solution(exercise: &str) -> (usize, bool) {
    let text = read(exercise);
    let (_, solution) = text.split_once("\n## A solution\n").unwrap();
    let changed = |sign: &str| {
        let is_one = |line: &&str| line.starts_with(sign) && !line.starts_with(&sign.repeat(3));
        solution.lines().filter(is_one).count()
    };
    (changed("+").max(changed("-")), solution.contains(".rs\n"))
}

#[test]
fn the_exercises_ask_for_as_much_rust_as_the_page_says() {
    let teaching = teaching();
    let rows = table(teaching.section("Who it is for"));
    let link = Regex::new(r"\(\.\./(lessons/[^)]*)\)").unwrap();
    let exercises = |row: &Vec<&str>| -> Vec<_> {
        link.captures_iter(row[1]).map(|link| size_of_solution(&link[1])).collect()
    };
    let (without, with_one_line) = (exercises(&rows[1]), exercises(&rows[2]));
    assert!(rows[1][0].contains("no Rust") && rows[2][0].contains("one line of Rust"));
    assert!(without.len() >= 4 && without.iter().all(|(_, is_rust)| !is_rust), "{without:?}");
    let all_one = with_one_line.iter().all(|solution| *solution == (1, true));
    assert!(with_one_line.len() >= 6 && all_one, "{with_one_line:?}");
}

/// What a line of a shell sets, and the command behind it.
type Line = (BTreeMap<String, String>, String);

fn in_unix_shell(line: &str) -> Line {
    let setting = Regex::new(r"^([A-Z_]+)=(?:'([^']*)'|(\S+)) ").unwrap();
    settings(line, &setting)
}

fn in_powershell(line: &str) -> Line {
    let setting = Regex::new(r"^\$env:([A-Z_]+) = '([^']*)'; ").unwrap();
    settings(line, &setting)
}

fn settings(mut line: &str, setting: &Regex) -> Line {
    let mut found = BTreeMap::new();
    while let Some(parts) = setting.captures(line) {
        let value = parts.get(2).or(parts.get(3)).unwrap().as_str();
        found.insert(parts[1].to_owned(), value.to_owned());
        line = &line[parts[0].len()..];
    }
    (found, line.to_owned())
}

#[test]
fn powershell_has_each_command_that_is_another_there() {
    let teaching = teaching();
    let mut found = 0;
    for (at, block) in teaching.blocks.iter().enumerate().filter(|(_, it)| it.language == "sh") {
        let unix: Vec<_> = block.text.lines().map(in_unix_shell).collect();
        let has_settings = unix.iter().any(|(settings, _)| !settings.is_empty());
        if !has_settings && !block.text.contains(" | ") {
            continue;
        }
        let place = teaching.place(block.line);
        let next = teaching.blocks.get(at + 1).filter(|it| it.language == "powershell");
        let next = next.unwrap_or_else(|| panic!("{place}: and in PowerShell?"));
        if has_settings {
            let windows: Vec<_> = next.text.lines().map(in_powershell).collect();
            assert_eq!(unix, windows, "{place}");
        }
        found += 1;
    }
    assert!(found >= 5, "these are not all: {found}");
}
