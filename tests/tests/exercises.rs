//! The exercises hold what they say: unsolved they fail, each of two solutions passes, another one's
//! does not, and each known mistake is told by its own sentence and by no other.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, iter, thread};

use lesson_00::build::{Build, cargo};
use lesson_00::check::{attempt, starter};
use lesson_00::console::{Step, run_with};
use lesson_00::exercise::{Block, Exercise, of_lesson};
use lesson_00::patch;
use tests::{Shell, lessons, package, root, target, target_of_copies};

/// The parts of an exercise, in their order.
const PARTS: [&str; 4] = ["Hints", "It is right when", "If it is not", "A solution"];

/// With these words begins the title of an exercise that is an attack.
const ATTACK: &str = "An attack: ";

/// The second solutions: they are for this test alone, which shows by them that a check asks what the
/// lesson does, and not how.
const SECOND: &str = "tests/exercises";

fn exercises() -> Vec<Exercise> {
    lessons().iter().flat_map(|lesson| of_lesson(&root(), lesson).unwrap()).collect()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn second_solution(exercise: &Exercise) -> String {
    format!("{SECOND}/{}/{}.diff", exercise.lesson, exercise.name)
}

/// Every diff of an exercise, each with what it is.
fn diffs(exercise: &Exercise) -> Vec<(String, String)> {
    let mistakes = exercise.mistakes.iter();
    let mistakes = mistakes.map(|it| (it.sentence.clone(), it.diff.text.clone()));
    let solution = ("A solution".to_owned(), exercise.solution.text.clone());
    let second = second_solution(exercise);
    let second = (second.clone(), fs::read_to_string(root().join(second)).unwrap_or_default());
    mistakes.chain([solution, second]).collect()
}

fn fail_with(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_exercise_has_all_its_parts() {
    let mut problems = vec![];
    for exercise in exercises() {
        let text = read(&exercise.path);
        let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
        let sentences: BTreeSet<_> = exercise.mistakes.iter().map(|it| &it.sentence).collect();
        for (is_so, what) in [
            (headings.eq(PARTS), "its parts are those of every exercise, in the same order"),
            (!exercise.task.is_empty(), "it says what is to be done"),
            (exercise.hints.len() >= 2, "it has a nudge, and more hints"),
            ((2..=3).contains(&sentences.len()), "it has two or three known mistakes"),
            (
                exercise.mistakes.iter().all(|it| it.sentence.ends_with('.') && it.text.len() > 40),
                "each mistake is a sentence, and says more below it",
            ),
            (
                exercise.explained.lines().last().is_some_and(|last| last != "```"),
                "it says why the solution is one",
            ),
        ] {
            if !is_so {
                problems.push(format!("{}: {what}", exercise.path));
            }
        }
    }
    fail_with(&problems);
}

#[test]
fn every_lesson_has_exercises_and_after_the_first_an_attack() {
    let mut of = BTreeMap::<String, Vec<String>>::new();
    for exercise in exercises() {
        of.entry(exercise.lesson).or_default().push(exercise.title);
    }
    for (lesson, titles) in lessons().into_iter().map(|it| (it.clone(), of.remove(&it))) {
        let titles = titles.unwrap_or_default();
        assert!(titles.len() >= 3, "{lesson} has only {titles:?}");
        let is_attack = |title: &String| title.starts_with(ATTACK);
        assert!(lesson.starts_with("01") || titles.iter().any(is_attack), "{lesson}: {titles:?}");
    }
}

#[test]
fn every_exercise_is_linked_once_from_its_doc() {
    let mut problems = vec![];
    for exercise in exercises() {
        let doc = read(format!("docs/{}.md", exercise.lesson));
        let (_, below) = doc.split_once("## Your turn\n").unwrap();
        let (list, _) = below.split_once("\n## ").unwrap();
        let line = format!("- [{}](../{}): ", exercise.title, exercise.path);
        if doc.matches(&exercise.path).count() != 1 || !list.contains(&line) {
            let problem = format!("docs/{}.md: once below \"Your turn\": {line}", exercise.lesson);
            problems.push(problem);
        }
    }
    fail_with(&problems);
}

#[test]
fn every_second_solution_belongs_to_an_exercise() {
    let known: Vec<_> = exercises().iter().map(second_solution).collect();
    let mut problems = vec![];
    for exercise in exercises() {
        let second = root().join(second_solution(&exercise));
        if fs::read_to_string(second).is_ok_and(|second| second != exercise.solution.text) {
            continue;
        }
        problems.push(format!("{}: it has no second solution", exercise.path));
    }
    for file in files(Path::new(SECOND)) {
        let file = file.to_string_lossy().replace('\\', "/");
        if !known.contains(&file) {
            problems.push(format!("{file}: there is no such exercise"));
        }
    }
    fail_with(&problems);
}

#[test]
fn every_diff_fits_the_files_as_they_are() {
    let mut problems = vec![];
    for exercise in exercises() {
        for (what, diff) in diffs(&exercise) {
            let own =
                ["lessons", "templates"].map(|folder| Path::new(folder).join(&exercise.lesson));
            match patch::apply(&root(), &diff) {
                Ok(files)
                    if files.iter().all(|(file, _)| own.iter().any(|it| file.starts_with(it))) => {}
                Ok(_) => problems.push(format!("{}: {what}: only its own lesson", exercise.path)),
                Err(problem) => problems.push(format!("{}: {what}: {problem}", exercise.path)),
            }
        }
    }
    fail_with(&problems);
}

/// Some two hundred builds of a lesson. `EXERCISES=02` has only those of lesson 02 made, and
/// `EXERCISES=02-name-form/count` those of one exercise.
#[test]
#[ignore = "needs minutes, bash and curl: tests/full"]
fn every_check_tells_right_from_wrong() {
    let workshop = Workshop::open();
    let mut left: Vec<_> = lessons().into_iter().map(|lesson| vec![lesson]).collect();
    // Lesson 09 takes files of lesson 08.
    let last = left.pop().unwrap();
    left.last_mut().unwrap().extend(last);
    let left = Mutex::new(left);
    let next = || left.lock().unwrap().pop();
    // While one lesson is built, another one is checked.
    let problems = thread::scope(|scope| {
        let at_work = [(), ()].map(|()| {
            scope.spawn(|| {
                let lessons = iter::from_fn(next).flatten();
                lessons.flat_map(|lesson| workshop.judge_all(&lesson)).collect()
            })
        });
        let ended = at_work.map(|it| -> Vec<String> { it.join().unwrap() });
        ended.concat()
    });
    fail_with(&problems);
}

/// A copy of the workspace, in which exercises are solved and mistakes are made.
struct Workshop {
    copy: PathBuf,
    built: PathBuf,
}

impl Workshop {
    /// The copy and what is built in it stay for the next time.
    fn open() -> Self {
        let workshop = Self { copy: target().join("exercises"), built: target_of_copies() };
        for folder in ["lessons", "shared", "templates", "tests"] {
            // What a test that was stopped has left goes too.
            let left = files_in(&workshop.copy, Path::new(folder));
            for file in left.iter().filter(|file| !root().join(file).exists()) {
                fs::remove_file(workshop.copy.join(file)).unwrap();
            }
            for file in files(Path::new(folder)) {
                workshop.put_back(&file);
            }
        }
        for file in ["Cargo.toml", "Cargo.lock"] {
            workshop.put_back(Path::new(file));
        }
        workshop
    }

    /// Makes each change to a lesson that its exercises have, and says what was judged wrongly.
    fn judge_all(&self, lesson: &str) -> Vec<String> {
        let wanted = std::env::var("EXERCISES").unwrap_or_default();
        let all = of_lesson(&root(), lesson).unwrap();
        let chosen: Vec<_> = all.iter().filter(|it| it.key().starts_with(&wanted)).collect();
        if chosen.is_empty() {
            return vec![];
        }
        let mut problems = self.judge(lesson, "unsolved", "", all.iter().flat_map(blocks), &[]);
        for exercise in chosen {
            for (what, diff) in diffs(exercise) {
                let is_mistake = exercise.mistakes.iter().any(|it| it.sentence == what);
                let passes = if is_mistake { &what } else { &exercise.name };
                // What a mistake does to other exercises is not asked, nor whether a solution is a known
                // mistake of another exercise.
                let others = all.iter().filter(|it| !is_mistake && it.name != exercise.name);
                let asked = blocks(exercise).chain(others.map(|it| (&it.name, &it.check)));
                let what = format!("{}: {what}", exercise.name);
                problems.extend(self.judge(lesson, &what, &diff, asked, &[passes]));
            }
        }
        problems
    }

    /// Builds the lesson with this diff, and runs these blocks: those of these names pass, the name of an
    /// exercise or the sentence of a mistake, and no other does.
    fn judge<'e>(
        &self,
        lesson: &str,
        what: &str,
        diff: &str,
        blocks: impl Iterator<Item = (&'e String, &'e Block)>,
        passing: &[&String],
    ) -> Vec<String> {
        let problem = |problem: String| format!("{lesson}, {what}: {problem}");
        let changed = if diff.is_empty() { vec![] } else { patch::apply(&root(), diff).unwrap() };
        for (file, text) in &changed {
            fs::write(self.copy.join(file), text.as_deref().unwrap_or_default()).unwrap();
        }
        let mut build = cargo(&self.copy);
        build.args(["build", "--quiet", "--offline", "--package", &package(lesson)]);
        let program = Build::from(build.arg("--target-dir").arg(&self.built)).unwrap().wait();
        let problems = match program {
            Err(words) => vec![problem(format!("it does not build:\n{words}"))],
            Ok(program) if !program.warnings.is_empty() => {
                vec![problem(format!("it builds with warnings:\n{}", program.warnings.join("\n")))]
            }
            Ok(program) => {
                let program = &program.path;
                thread::scope(|scope| {
                    let runs = blocks.map(|(name, block)| {
                        let is_right = passing.contains(&name);
                        scope.spawn(move || {
                            (name, passes(block, &package(lesson), program, is_right))
                        })
                    });
                    let runs: Vec<_> = runs.collect();
                    let ended = runs.into_iter().map(|run| run.join().unwrap());
                    let wrong = ended.filter_map(|(name, passes)| match passes {
                        Err(why) if passing.contains(&name) => Some(format!("{name:?}: {why}")),
                        Ok(()) if !passing.contains(&name) => Some(format!("it passes {name:?}")),
                        _ => None,
                    });
                    wrong.map(problem).collect()
                })
            }
        };
        for (file, _) in &changed {
            self.put_back(file);
        }
        problems
    }

    /// Makes a file of the copy as it is in the workspace. One that is so already is not touched: cargo
    /// goes by the time.
    fn put_back(&self, file: &Path) {
        let (from, to) = (root().join(file), self.copy.join(file));
        let Ok(text) = fs::read(&from) else {
            return fs::remove_file(to).unwrap();
        };
        if fs::read(&to).is_ok_and(|there| there == text) {
            return;
        }
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    }
}

/// The blocks of an exercise, by its name and by the sentences of its mistakes.
fn blocks(exercise: &Exercise) -> impl Iterator<Item = (&String, &Block)> {
    let mistakes = exercise.mistakes.iter().map(|mistake| (&mistake.sentence, &mistake.check));
    [(&exercise.name, &exercise.check)].into_iter().chain(mistakes)
}

/// Whether each command of the block answers as it is written. What is right is typed into a real
/// shell too, which must say the same.
fn passes(block: &Block, package: &str, program: &Path, is_right: bool) -> Result<(), String> {
    of_steps(attempt(block, package, program).unwrap())?;
    if is_right {
        let data = tempfile::tempdir().unwrap();
        let mut shell = Shell::new(package, starter(package, program, data.path()));
        let steps = run_with(|line| shell.run(line), &block.text);
        of_steps(steps).map_err(|problem| format!("in a real shell {problem}"))?;
    }
    Ok(())
}

fn of_steps(steps: Vec<Step>) -> Result<(), String> {
    let wrong = steps.into_iter().find(|step| !step.is_right);
    wrong.map_or(Ok(()), |step| {
        let answer = step.answered.unwrap_or_else(|problem| problem);
        Err(format!("`{}` answers:\n{answer}", step.command))
    })
}

/// The files of a folder of the workspace and of those in it, but what a lesson has kept.
fn files(folder: &Path) -> Vec<PathBuf> {
    files_in(&root(), folder)
}

fn files_in(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if path.ends_with("data") {
            continue;
        }
        if root.join(&path).is_dir() {
            found.extend(files_in(root, &path));
        } else {
            found.push(path);
        }
    }
    found
}
