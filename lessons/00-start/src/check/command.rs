//! `cargo lesson check`.

use std::path::Path;

use super::{judge, story};
use crate::advice;
use crate::build::Build;
use crate::exercise::{self, Exercise};
use crate::membership::report;
use crate::progress::{self, Progress};
use crate::terminal::say;
use crate::workspace::{self, Lesson};

/// Checks an exercise, or those of a lesson, or all, tells what it found, and returns whether all
/// are done.
pub fn check(root: &Path, lesson: Option<&str>, name: Option<&str>) -> Result<bool, String> {
    let lessons = match lesson {
        Some(lesson) => vec![workspace::find(root, lesson)?],
        None => workspace::lessons(root)?,
    };
    let mut are_done = true;
    for lesson in lessons {
        let exercises = match name {
            Some(name) => vec![exercise::find(root, &lesson, name)?],
            None => exercise::of_lesson(root, &lesson.folder)?,
        };
        if !exercises.is_empty() {
            are_done &= of_lesson(root, &lesson, &exercises, name.is_some())?;
        }
    }
    report(root);
    Ok(are_done)
}

fn of_lesson(
    root: &Path,
    lesson: &Lesson,
    exercises: &[Exercise],
    is_whole_story: bool,
) -> Result<bool, String> {
    say(&format!("\nLesson {} · {}\n", lesson.number(), lesson.title));
    let program = Build::begin(root, &lesson.package())?.wait();
    let mut found = Progress::new();
    for exercise in exercises {
        let is_passed = match &program {
            Ok(program) => {
                let verdict = judge(exercise, &program.path)?;
                say(&story::tell(exercise, &verdict, is_whole_story));
                verdict.is_passed()
            }
            Err(_) => false,
        };
        found.insert(exercise.key(), is_passed);
    }
    let done = found.values().filter(|is_passed| **is_passed).count();
    let of = found.len();
    progress::add(root, found)?;
    if let Err(words) = program {
        say(&words);
        say(&advice::on(&words));
        say(&format!("✗ {} does not build, so no exercise of it is done.", lesson.package()));
    } else if of > 1 {
        say(&format!("\n{done} of {of} are done."));
    }
    Ok(done == of)
}
