//! The same small app on other frameworks.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::{fresh_key, root, target};

pub(crate) const NAMES: [&str; 5] = ["rocket", "axum", "actix", "flask", "express"];

/// Builds a peer in the target folder, and returns how it is started on this port. `pages` is the
/// folder of its page.
pub(crate) fn command(name: &str, port: u16, pages: &Path) -> Command {
    let mut command = match name {
        "flask" => flask(port),
        "express" => express(),
        _ => Command::new(build(name)),
    };
    command.env("PORT", port.to_string()).env("PAGES", pages).env("SECRET", fresh_key());
    command.env("ROCKET_TEMPLATE_DIR", pages);
    command
}

fn flask(port: u16) -> Command {
    let app = copy("flask");
    let python = app.join("venv/bin");
    run(Command::new("python3").args(["-m", "venv"]).arg(app.join("venv")));
    let requirements = app.join("requirements.txt");
    run(Command::new(python.join("pip")).args(["install", "--quiet", "-r"]).arg(requirements));
    let mut gunicorn = Command::new(python.join("gunicorn"));
    gunicorn.args(["--workers", "2", "--log-level", "warning", "--bind"]);
    gunicorn.arg(format!("127.0.0.1:{port}")).arg("app:app").current_dir(app);
    gunicorn
}

fn express() -> Command {
    let app = copy("express");
    run(Command::new("npm").args(["install", "--silent", "--no-fund"]).current_dir(&app));
    let mut node = Command::new("node");
    node.arg("server.js").current_dir(app).env("NODE_ENV", "production");
    node
}

/// A peer in Rust, for release.
fn build(name: &str) -> PathBuf {
    let built = target().join("peers/target").join(name);
    let manifest = copy(name).join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    run(cargo
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&built));
    built.join("release").join(format!("peer-{name}"))
}

/// A copy in the target folder: what a build writes is no part of the repository.
pub(crate) fn copy(name: &str) -> PathBuf {
    let copy = target().join("peers").join(name);
    std::fs::create_dir_all(&copy).expect("the folder can be made");
    let files = root().join("tests/benches/peers").join(name).join(".");
    run(Command::new("cp").arg("--recursive").arg(files).arg(&copy));
    copy
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
