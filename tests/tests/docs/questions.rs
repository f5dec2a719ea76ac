//! The questions of the lessons' docs: they can be asked, and their choices give nothing away.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use lesson_00::question::{Question, of_lesson};
use regex::Regex;
use tests::{lessons, root};

use crate::fail_with;

const A_LESSON: RangeInclusive<usize> = 3..=5;
const CHOICES: RangeInclusive<usize> = 3..=4;

/// So many characters say why a choice is wrong.
const A_REASON: usize = 30;

fn without_tags(html: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").unwrap());
    TAG.replace_all(html, "").into_owned()
}

fn length(html: &str) -> usize {
    without_tags(html).trim().chars().count()
}

/// The numbers of the choices that are not right, from 1.
fn wrong(question: &Question) -> Vec<usize> {
    let is_wrong = |number: &usize| number - 1 != question.right;
    (1..=question.choices.len()).filter(is_wrong).collect()
}

/// The numbers of the choices about which the answer says more than that they are wrong.
fn explained(question: &Question) -> Vec<usize> {
    let items = question.answer.split("<li>").skip(1).map(without_tags);
    let reasons = items.filter_map(|item| {
        let (number, reason) = item.split_once(". ")?;
        Some((number.parse().ok()?, length(reason)))
    });
    reasons.filter(|(_, length)| *length >= A_REASON).map(|(number, _)| number).collect()
}

#[test]
fn every_lesson_has_questions_that_say_what_is_wrong_with_each_wrong_choice() {
    let mut problems = vec![];
    for lesson in lessons() {
        let questions = match of_lesson(&root(), &lesson) {
            Ok(questions) => questions,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if !A_LESSON.contains(&questions.len()) {
            problems.push(format!("docs/{lesson}.md: it has {} questions", questions.len()));
        }
        for question in &questions {
            let place = format!("docs/{lesson}.md, question {}", question.number);
            if !CHOICES.contains(&question.choices.len()) {
                problems.push(format!("{place}: it has {} choices", question.choices.len()));
            }
            if explained(question) != wrong(question) {
                let wrong = wrong(question);
                problems
                    .push(format!("{place}: it says of each, in a list, why it is not {wrong:?}"));
            }
        }
    }
    fail_with(&problems);
}

#[test]
fn neither_place_nor_length_gives_a_right_choice_away() {
    let (mut at, mut longest, mut all) = ([0; 4], 0, 0);
    for lesson in lessons() {
        let questions = of_lesson(&root(), &lesson).unwrap();
        let first = questions[0].right;
        let varies = questions.iter().any(|question| question.right != first);
        assert!(varies, "docs/{lesson}.md: choice {} is always right", first + 1);
        for question in questions {
            let right = length(&question.choices[question.right]);
            let others = wrong(&question).into_iter().map(|it| length(&question.choices[it - 1]));
            longest += usize::from(others.max() < Some(right));
            at[question.right] += 1;
            all += 1;
        }
    }
    // Where it stands by chance, it stands at each of three or four places in a third to a quarter.
    assert!(at.iter().all(|times| *times <= all * 2 / 5), "the right ones stand at {at:?}");
    assert!(longest <= all / 3, "of {all} right choices {longest} are longer than the others");
}
