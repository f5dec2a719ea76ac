//! The pages to hand out: each has all its parts, and takes over from the lesson's doc what stands there.

use std::path::Path;

use pulldown_cmark::HeadingLevel;
use regex::Regex;
use tests::{lessons, root};

use crate::handouts;
use crate::markdown::Doc;

/// The headings of a page, in their order.
const PARTS: [&str; 5] = ["Run it", "Look at", "Try to break it", "Questions", "At home"];

/// The items of a numbered list, each in one line.
fn numbered(section: &str) -> Vec<String> {
    let item = Regex::new(r"(?m)^\d+\. (.*(?:\n {3}.*)*)").unwrap();
    item.captures_iter(section).map(|item| in_one_line(&item[1])).collect()
}

pub(crate) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the lesson's doc has this question, and so its answer.
pub(crate) fn is_question_of(lesson: &str, question: &str) -> bool {
    let doc = Doc::read(Path::new(&format!("docs/{lesson}.md")));
    let plain = |text: &str| text.replace("<code>", "").replace("</code>", "").replace('`', "");
    let questions = plain(doc.section("Questions"));
    questions.contains(&format!("<details><summary>{}</summary>", plain(question)))
}

#[test]
fn every_lesson_has_a_page_to_hand_out_with_all_its_parts() {
    let found: Vec<_> = handouts().into_iter().map(|(lesson, _)| lesson).collect();
    assert_eq!(found, lessons());
    for (lesson, page) in handouts() {
        let (place, number) = (page.path.display(), &lesson[..2]);
        let doc = Doc::read(Path::new(&format!("docs/{lesson}.md")));
        assert_eq!(page.headings[0].text, doc.headings[0].text, "{place}");
        let second = page.headings.iter().filter(|heading| heading.level == HeadingLevel::H2);
        let second: Vec<_> = second.map(|heading| heading.text.as_str()).collect();
        assert_eq!(second, PARTS, "{place}");
        assert!(page.text.contains("\n**Afterwards you can say** "), "{place}: the objective");
        let commands = format!("cargo run -p lesson-{number}\ncargo lesson check {number}\n");
        let is_in = |section: &str, language: &str| {
            page.blocks.iter().find(|it| it.section == section && it.language == language)
        };
        assert_eq!(is_in("Run it", "sh").unwrap().text, commands, "{place}");
        assert_eq!(numbered(page.section("Look at")).len(), 5, "{place}: what to look at");
        let attack = &is_in("Try to break it", "console").unwrap().text;
        assert_eq!(attack.matches("$ ").count(), 1, "{place}: one command");
        assert!(attack.ends_with("\n…\n"), "{place} gives the answer away");
    }
}

#[test]
fn a_page_to_hand_out_has_the_picture_and_questions_of_its_lesson() {
    for (lesson, page) in handouts() {
        let place = page.path.display();
        let doc = Doc::read(Path::new(&format!("docs/{lesson}.md")));
        let picture = page.text.lines().find(|line| line.starts_with("![")).unwrap();
        let picture = picture.replace("](../pictures/", "](pictures/");
        assert!(doc.text.contains(&picture), "{place}: docs/{lesson}.md has no {picture}");
        let questions = numbered(page.section("Questions"));
        assert_eq!(questions.len(), 3, "{place}");
        for question in questions {
            let is_there = is_question_of(&lesson, &question);
            assert!(is_there, "{place}: docs/{lesson}.md does not ask: {question}");
        }
    }
}

#[test]
fn what_is_for_home_is_an_exercise_of_the_lesson_and_its_check() {
    let exercise = Regex::new(
        r"(?m)^- \[(.*)\]\(../../(lessons/(.*)/exercises/(.*)\.md)\)[^`]*`cargo lesson check (\d\d) (.*)`$",
    )
    .unwrap();
    for (lesson, page) in handouts() {
        let (place, section) = (page.path.display(), page.section("At home"));
        let found: Vec<_> = exercise.captures_iter(section).collect();
        let items = section.matches("\n- ").count();
        assert!(items >= 1 && found.len() == items, "{place}: {items} items: {section}");
        for it in found {
            assert_eq!((&it[3], &it[5]), (lesson.as_str(), &lesson[..2]), "{place}");
            assert_eq!(it[4], it[6], "{place}: the check of another exercise");
            let file = std::fs::read_to_string(root().join(&it[2])).unwrap();
            assert!(file.starts_with(&format!("# {}\n", &it[1])), "{place}: {}", &it[1]);
        }
    }
}
