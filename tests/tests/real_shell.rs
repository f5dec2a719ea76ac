//! What stands in the docs and exercises is typed into a real `bash` with a real `curl`: the terminal
//! of `cargo lesson check`, which has neither, must say the same.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::process::Command;

use lesson_00::console::{Terminal, run, run_with};
use lesson_00::exercise;
use lesson_00::server::Server;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use tempfile::TempDir;
use tests::{command, lessons, package, root};

/// Starts a lesson with settings such as `ROCKET_SESSION={store=signed}`.
fn start(wanted: &str, settings: &[(String, String)]) -> Result<Server, String> {
    let lesson = lessons().into_iter().find(|lesson| package(lesson) == wanted);
    let mut command = command(&lesson.ok_or_else(|| format!("there is no {wanted}"))?);
    Server::start(command.envs(settings.iter().map(|(name, value)| (name, value))), |_| {})
}

/// A folder in which `bash` works, a lesson that runs, and the variables that were set.
struct Shell {
    package: String,
    folder: TempDir,
    server: Option<Server>,
}

impl Shell {
    fn new(lesson: &str) -> Self {
        Self { package: package(lesson), folder: tempfile::tempdir().unwrap(), server: None }
    }

    fn type_in(&mut self, line: &str) -> Result<String, String> {
        if let Some((settings, name)) = line.split_once("cargo run -p ") {
            name.trim().clone_into(&mut self.package);
            self.server = None;
            // What stands before the command, as `bash` reads it.
            let settings = self.bash(&format!("env -i {settings} /usr/bin/env"))?;
            let settings = settings.lines().filter_map(|line| line.split_once('='));
            let settings = settings.filter(|(name, _)| name.starts_with("ROCKET_"));
            let settings: Vec<_> = settings.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
            self.server = Some(start(&self.package, &settings)?);
            return Ok(String::new());
        }
        if self.server.is_none() && line.contains("curl") {
            self.server = Some(start(&self.package, &[])?);
        }
        let known = format!("127.0.0.1:80{}", &self.package[7..]);
        let real = self.server.as_ref().map_or(known.clone(), |it| it.authority().to_owned());
        Ok(self.bash(&line.replace(&known, &real))?.replace(&real, &known))
    }

    /// One line in a `bash` that has the variables of those before.
    fn bash(&self, line: &str) -> Result<String, String> {
        let script = format!("set -a; [ -e .set ] && . ./.set; {line}\n");
        let keep = "{ declare -p KEY ID COPY OLD NEW TOKEN COOKIE 2>/dev/null; true; } > .set";
        let mut bash = Command::new("bash");
        bash.current_dir(self.folder.path()).args(["-c", &(script + keep)]);
        let output = bash.output().map_err(|error| format!("bash: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).replace('\r', ""))
    }
}

/// The blocks of `console` in a file.
fn blocks(text: &str) -> Vec<String> {
    let (mut found, mut is_one) = (vec![], false);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                is_one = &*language == "console";
                found.extend(is_one.then(String::new));
            }
            Event::End(TagEnd::CodeBlock) => is_one = false,
            Event::Text(text) if is_one => found.last_mut().unwrap().push_str(&text),
            _ => {}
        }
    }
    found
}

#[test]
#[ignore = "needs bash and curl: tests/full"]
fn every_command_of_the_docs_answers_alike_in_a_real_shell() {
    let mut problems = vec![];
    for lesson in lessons() {
        let doc = fs::read_to_string(root().join("docs").join(&lesson).with_extension("md"));
        let mut shell = Shell::new(&lesson);
        for block in blocks(&doc.unwrap()) {
            let steps = run_with(|line| shell.type_in(line), &block);
            let wrong = steps.into_iter().find(|step| !step.is_right);
            problems.extend(wrong.map(|it| format!("{lesson}: {}\n{:?}", it.command, it.answered)));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// On the lessons as they are: the exercises are not done, and some of their mistakes may be made.
#[test]
#[ignore = "needs bash and curl: tests/full"]
fn every_exercise_is_judged_alike_in_a_real_shell() {
    let mut problems = vec![];
    for lesson in lessons() {
        for exercise in exercise::of_lesson(&root(), &lesson).unwrap() {
            let checks = exercise.mistakes.iter().map(|mistake| &mistake.check);
            for check in checks.chain([&exercise.check]) {
                let mut terminal = Terminal::new(&package(&lesson), Box::new(start));
                let ours = run(&mut terminal, &check.text);
                let mut shell = Shell::new(&lesson);
                let real = run_with(|line| shell.type_in(line), &check.text);
                let verdict = |steps: &[lesson_00::console::Step]| {
                    steps.iter().map(|step| (step.line, step.is_right)).collect::<Vec<_>>()
                };
                if verdict(&ours) != verdict(&real) {
                    let (ours, real) = (ours.last().unwrap(), real.last().unwrap());
                    let place = format!("{}:{}", exercise.path, check.line + ours.line);
                    problems.push(format!("{place}: {:?}\n{:?}", ours.answered, real.answered));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
