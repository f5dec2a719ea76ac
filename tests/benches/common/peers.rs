//! The same small app on other frameworks.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::{fresh_key, root, target};

pub(crate) const NAMES: [&str; 5] = ["rocket", "axum", "actix", "flask", "express"];

/// Builds the peers in the target folder, and returns how they are started: name, command, port.
/// `pages` is the folder of their page.
pub(crate) fn commands(pages: &Path) -> Vec<(&'static str, Command, u16)> {
    let rust = |name, port: u16| {
        let mut command = Command::new(build(name));
        command.env("PORT", port.to_string()).env("PAGES", pages);
        command.env("ROCKET_PORT", port.to_string()).env("ROCKET_TEMPLATE_DIR", pages);
        command.env("ROCKET_SECRET_KEY", fresh_key()).env("ROCKET_LOG_LEVEL", "off");
        (name, command, port)
    };
    let mut peers = vec![rust("rocket", 9710), rust("axum", 9711), rust("actix", 9712)];

    let (app, python) = (copy("flask"), copy("flask").join("venv/bin"));
    run(Command::new("python3").args(["-m", "venv"]).arg(app.join("venv")));
    let requirements = app.join("requirements.txt");
    run(Command::new(python.join("pip")).args(["install", "--quiet", "-r"]).arg(requirements));
    let mut flask = Command::new(python.join("gunicorn"));
    flask.args(["--workers", "2", "--bind", "127.0.0.1:9713", "--log-level", "warning", "app:app"]);
    flask.current_dir(app).env("PAGES", pages).env("SECRET", fresh_key());
    peers.push(("flask", flask, 9713));

    let app = copy("express");
    run(Command::new("npm").args(["install", "--silent", "--no-fund"]).current_dir(&app));
    let mut express = Command::new("node");
    express.arg("server.js").current_dir(app).env("NODE_ENV", "production");
    express.env("PAGES", pages).env("PORT", "9714");
    peers.push(("express", express, 9714));
    peers
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
