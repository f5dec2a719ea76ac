//! `list`, `next`, `hint` and `solution`.

use std::path::Path;

use crate::exercise::{self, Exercise};
use crate::progress;
use crate::terminal::say;
use crate::workspace;

/// Lists all exercises, and says which are done.
pub fn list(root: &Path) -> Result<bool, String> {
    let progress = progress::read(root);
    for (lesson, exercises) in exercise::all(root)? {
        say(&format!("\n{} {}", lesson.number(), lesson.title));
        for exercise in exercises {
            let mark = if progress.get(&exercise.key()) == Some(&true) { '✓' } else { '·' };
            say(&format!("  {mark} {:<32} {}", exercise.name, exercise.title));
        }
    }
    say("\n✓ was done at its last check: cargo lesson check [LESSON [NAME]]");
    Ok(true)
}

/// Shows the next exercise that is not done.
pub fn next(root: &Path) -> Result<bool, String> {
    match exercise::next(root, None)? {
        Some(exercise) => show(&exercise),
        None => say("All exercises are done."),
    }
    Ok(true)
}

fn show(exercise: &Exercise) {
    let (arguments, number) = (exercise.arguments(), workspace::number(&exercise.lesson));
    say(&format!("Lesson {number} · {}\n\n{}\n", exercise.title, exercise.task));
    say(&format!("  run      cargo lesson {number}"));
    say(&format!("  check    cargo lesson check {arguments}"));
    say(&format!("  hint     cargo lesson hint {arguments}"));
    say(&format!("  more     {}", exercise.path));
}

/// Shows a hint: the first one, unless a later one is asked for.
pub fn hint(
    root: &Path,
    lesson: Option<&str>,
    name: Option<&str>,
    number: usize,
) -> Result<bool, String> {
    let exercise = meant(root, lesson, name)?;
    let (hints, number) = (&exercise.hints, number.max(1));
    let Some(hint) = hints.get(number - 1) else {
        let solution = format!("cargo lesson solution {}", exercise.arguments());
        return Err(format!("There are {} hints, and then: {solution}", hints.len()));
    };
    let of = hints.len();
    say(&format!(
        "{} · hint {number} of {of} · {}\n\n{}\n",
        exercise.title, hint.summary, hint.text
    ));
    if number < of {
        let more = number + 1;
        say(&format!("  more     cargo lesson hint {} {more}", exercise.arguments()));
    }
    Ok(true)
}

/// Shows the solution.
pub fn solution(root: &Path, lesson: &str, name: &str) -> Result<bool, String> {
    let exercise = meant(root, Some(lesson), Some(name))?;
    say(&format!("{}\n\n{}", exercise.title, exercise.explained));
    Ok(true)
}

/// The exercise that is named, or the next of this lesson, or the next of all.
fn meant(root: &Path, lesson: Option<&str>, name: Option<&str>) -> Result<Exercise, String> {
    let lesson = lesson.map(|lesson| workspace::find(root, lesson)).transpose()?;
    if let (Some(lesson), Some(name)) = (&lesson, name) {
        return exercise::find(root, lesson, name);
    }
    let next = exercise::next(root, lesson.as_ref())?;
    let of_lesson = |next: &Exercise| lesson.as_ref().is_none_or(|it| it.folder == next.lesson);
    next.filter(of_lesson).ok_or_else(|| "All its exercises are done: name one.".to_owned())
}
