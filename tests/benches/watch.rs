//! How long it takes from a save to the new page, with `cargo lesson` and without: there somebody
//! would type `cargo build` and start the lesson. `cargo bench -p tests --bench watch` changes a line
//! of lesson 02 in a fresh clone, and prints the medians. The first builds take minutes.

#![expect(clippy::print_stdout, reason = "it prints a table")]

#[path = "common/figures.rs"]
mod figures;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tests::{Browser, root, target};

use self::figures::{Figures, setting};

struct Clone {
    folder: PathBuf,
    built: PathBuf,
    source: PathBuf,
    text: String,
}

fn main() {
    let folder = target().join("watch/clone");
    let _ = fs::remove_dir_all(&folder);
    let clone = Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(&folder).status();
    assert!(clone.expect("there is git").success());
    let source = folder.join("lessons/02-name-form/src/main.rs");
    let text = fs::read_to_string(&source).expect("there is a source");
    let clone = Clone { built: target().join("watch/target"), folder, source, text };
    for package in ["lesson-02", "lesson-00"] {
        clone.build(package);
    }
    let changes = setting("CHANGES", 10);
    let mut alone = Figures::default();
    for change in 0..changes {
        clone.save(&format!("alone {change}"));
        let begin = Instant::now();
        clone.build("lesson-02");
        alone.push(begin.elapsed().as_secs_f64());
    }
    let mut watched = Figures::default();
    let tool = Tool::start(&clone);
    for change in 0..changes {
        let word = format!("watched {change}");
        // The build before is over, and so is what it has made the system do.
        thread::sleep(Duration::from_secs(1));
        let begin = Instant::now();
        clone.save(&word);
        tool.waits_for(&word);
        watched.push(begin.elapsed().as_secs_f64());
    }
    let most = 1.3 * alone.median() + 0.3;
    println!("| `cargo build` alone | from a save to the new page | allowed |");
    println!("|---|---|---|");
    println!("| {alone:.2} s | {watched:.2} s | {most:.2} s |");
}

impl Clone {
    /// Saves the lesson so that its error page for the form says this.
    fn save(&self, word: &str) {
        let changed = self.text.replace("Please type a name of 1 to 100 characters.", word);
        assert_ne!(changed, self.text);
        fs::write(&self.source, changed).expect("it can be written");
    }

    fn build(&self, package: &str) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", package]).current_dir(&self.folder);
        let status = cargo.env("CARGO_TARGET_DIR", &self.built).status();
        assert!(status.expect("there is cargo").success(), "{package}");
    }
}

/// `cargo lesson 02`.
struct Tool(Child, String);

impl Tool {
    fn start(clone: &Clone) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = port.expect("a port is free").port().to_string();
        let mut command = Command::new(clone.built.join("debug/lesson-00"));
        command.arg("02").current_dir(&clone.folder).env("ROCKET_PORT", &port);
        command.env("CARGO_TARGET_DIR", &clone.built).stdout(Stdio::null()).stderr(Stdio::null());
        let tool = Self(command.spawn().expect("it starts"), format!("http://127.0.0.1:{port}"));
        tool.waits_for("alone");
        tool
    }

    fn waits_for(&self, word: &str) {
        let set_name = format!("{}/setName", self.1);
        let says = || {
            let answer = Browser::new().try_post(&set_name, &[("name", " ")], &[]);
            answer.is_ok_and(|answer| answer.body.contains(word))
        };
        while !says() {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
