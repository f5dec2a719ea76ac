//! What a learner waits for: the first page, a changed line, a changed template, the next lesson.
//! `cargo bench -p tests --bench learner`, for lesson 01 in a fresh clone, and beside it the same
//! small app on Rocket alone, axum and actix. Five rounds take half an hour;
//! `ROUNDS=1 ONLY=lesson-01,rocket` before it less.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints a table, and how far it is"
)]

#[path = "common/cpu.rs"]
mod cpu;
#[path = "common/figures.rs"]
mod figures;
#[allow(dead_code, reason = "those that are not in Rust build nothing")]
#[path = "common/peers.rs"]
mod peers;

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tests::{Browser, root, target};

use self::figures::{Figures, setting};

/// How often a line is changed in each round.
const CHANGES: u32 = 5;
const PORT: &str = "9730";

struct App {
    name: &'static str,
    /// Where `cargo build` is called, and for which package.
    folder: PathBuf,
    package: String,
    /// The file in which a line is changed.
    source: PathBuf,
    /// The template that is changed; none if the program reads templates at its start only.
    template: Option<PathBuf>,
}

/// Seconds that pass, and seconds of processor time.
#[derive(Default)]
struct Row {
    first: [Figures; 2],
    line: [Figures; 2],
    template: Option<Figures>,
    next_lesson: Option<Figures>,
}

fn main() {
    let apps = apps();
    let mut rows: Vec<_> = apps.iter().map(|_| Row::default()).collect();
    for round in 1..=setting("ROUNDS", 5) {
        for (app, row) in apps.iter().zip(&mut rows) {
            eprintln!("round {round}: {}", app.name);
            app.measure(row);
        }
    }
    let alone = apps.iter().position(|app| app.name == "rocket").map(|at| &rows[at]);
    println!(
        "| app | first page | its processor time | of `rocket` | a changed line | its processor time | of `rocket` | a changed template | the next lesson |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (app, row) in apps.iter().zip(&rows) {
        let ratio = |worked: fn(&Row) -> &Figures| match alone {
            Some(alone) => format!("{:.2}", worked(row).median() / worked(alone).median()),
            None => String::new(),
        };
        let or_none = |figures: &Option<Figures>| match figures {
            Some(figures) => format!("{figures:.2} s"),
            None => String::new(),
        };
        let Row { first, line, template, next_lesson } = row;
        println!(
            "| {} | {:.1} s | {:.1} s | {} | {:.2} s | {:.2} s | {} | {} | {} |",
            app.name,
            first[0],
            first[1],
            ratio(|row| &row.first[1]),
            line[0],
            line[1],
            ratio(|row| &row.line[1]),
            or_none(template),
            or_none(next_lesson)
        );
    }
}

fn apps() -> Vec<App> {
    let clone = target().join("learner/clone");
    let _ = fs::remove_dir_all(&clone);
    run(Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(&clone));
    let ours = App {
        name: "lesson-01",
        source: clone.join("lessons/01-hello/src/main.rs"),
        template: Some(clone.join("templates/01-hello/index.html.tera")),
        package: "lesson-01".to_owned(),
        folder: clone,
    };
    let pages = target().join("learner/pages");
    fs::create_dir_all(&pages).expect("the folder can be made");
    for name in ["page.html", "page.html.tera"] {
        fs::write(pages.join(name), "<h1>Who are you?</h1>\n").expect("it can be written");
    }
    let peer = |name| {
        let folder = peers::copy(name);
        let (source, package) = (folder.join("src/main.rs"), format!("peer-{name}"));
        let template = (name == "rocket").then(|| pages.join("page.html.tera"));
        App { name, folder, package, source, template }
    };
    let mut apps = vec![ours, peer("rocket"), peer("axum"), peer("actix")];
    let only = std::env::var("ONLY").unwrap_or_default();
    apps.retain(|it| only.is_empty() || only.split(',').any(|name| name == it.name));
    apps
}

impl App {
    fn measure(&self, row: &mut Row) {
        let built = target().join("learner/target");
        let _ = fs::remove_dir_all(&built);
        let source = fs::read_to_string(&self.source).expect("there is a source");

        push(&mut row.first, || drop(self.first_page(&built)));
        for change in 0..CHANGES {
            let changed = format!("{source}\nconst _: u32 = {change};\n");
            fs::write(&self.source, changed).expect("it can be written");
            push(&mut row.line, || drop(self.first_page(&built)));
        }
        fs::write(&self.source, source).expect("it can be written");
        if let Some(template) = &self.template {
            let _server = self.first_page(&built);
            let figures = row.template.get_or_insert_default();
            (0..CHANGES).for_each(|change| figures.push(page_changes(template, change)));
        }
        if self.name == "lesson-01" {
            let begin = Instant::now();
            self.build("lesson-02", &built);
            row.next_lesson.get_or_insert_default().push(begin.elapsed().as_secs_f64());
        }
    }

    /// Builds it, starts it, and waits for its first page.
    fn first_page(&self, built: &Path) -> Server {
        self.build(&self.package, built);
        let mut command = Command::new(built.join("debug").join(&self.package));
        command.env("PORT", PORT).env("PAGES", target().join("learner/pages"));
        if self.name == "rocket" {
            command.env("ROCKET_TEMPLATE_DIR", target().join("learner/pages"));
        }
        command.env("ROCKET_PORT", PORT).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server(command.spawn().expect("it starts"));
        while TcpStream::connect(format!("127.0.0.1:{PORT}")).is_err() {
            thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(page().0, 200, "{}", self.name);
        server
    }

    fn build(&self, package: &str, built: &Path) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", package, "--target-dir"]).arg(built);
        run(cargo.current_dir(&self.folder));
    }
}

/// A program that stops when this goes away.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn page() -> (u16, String) {
    let answer = Browser::new().get(&format!("http://127.0.0.1:{PORT}/"));
    (answer.status, answer.body)
}

/// The seconds until a change of a template shows on the page, without a build.
fn page_changes(template: &Path, change: u32) -> f64 {
    let text = fs::read_to_string(template).expect("there is a template");
    let (mark, begin) = (format!("changed {change}"), Instant::now());
    let changed = text.replace("</h1>", &format!(" {mark}</h1>"));
    let mut file = fs::File::create(template).expect("it can be written");
    file.write_all(changed.as_bytes()).expect("it can be written");
    while !page().1.contains(&mark) {
        thread::sleep(Duration::from_millis(1));
    }
    let took = begin.elapsed().as_secs_f64();
    fs::write(template, text).expect("it can be written");
    took
}

fn push([passed, worked]: &mut [Figures; 2], work: impl FnOnce()) {
    let (begin, before) = (Instant::now(), cpu::of_the_dead());
    work();
    passed.push(begin.elapsed().as_secs_f64());
    worked.push(cpu::of_the_dead().saturating_sub(before).as_secs_f64());
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
