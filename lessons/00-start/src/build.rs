//! Building a package with cargo, and what the compiler says if that fails.

mod line;

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;

use self::line::Line;

/// A program that was built.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is the one of the build before: nothing that it is made of has changed.
    pub is_fresh: bool,
    /// The compiler's warnings.
    pub warnings: Vec<String>,
}

/// cargo, as it was called to run this program, without what it told this program about itself.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let is_ours = |of: &str| name.to_string_lossy().starts_with(of);
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].into_iter().any(is_ours)
        {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root).stdin(Stdio::null());
    cargo
}

/// cargo on its way to build a package just as `cargo run -p` would. Its progress goes to the terminal.
pub struct Build {
    child: Stopper,
    said: Option<ChildStdout>,
}

/// Ends a build, from another thread than the one that waits for it.
#[derive(Clone)]
pub struct Stopper(Arc<Mutex<Child>>);

impl Stopper {
    /// Ends it at once.
    pub fn stop(&self) {
        let _ = self.0.lock().kill();
    }
}

impl Build {
    /// Begins a build.
    pub fn begin(root: &Path, package: &str) -> Result<Self, String> {
        Self::from(cargo(root).args(["build", "--package", package]))
    }

    /// Begins a build by a command of one's own, which this one completes.
    pub fn from(cargo: &mut Command) -> Result<Self, String> {
        cargo.arg("--message-format=json").stdout(Stdio::piped());
        let spawned = cargo.spawn();
        let mut child = spawned.map_err(|error| format!("cargo cannot be run: {error}."))?;
        let said = child.stdout.take();
        Ok(Self { child: Stopper(Arc::new(Mutex::new(child))), said })
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.child.clone()
    }

    /// Waits until the program is built, or returns the compiler's words.
    pub fn wait(mut self) -> Result<Program, String> {
        let (mut program, mut errors, mut warnings) = (None, vec![], vec![]);
        let said = self.said.take().map(BufReader::new);
        for line in said.into_iter().flat_map(|said| said.lines().map_while(Result::ok)) {
            match serde_json::from_str(&line).unwrap_or(Line::Other) {
                Line::Built { executable: Some(path), fresh } => program = Some((path, fresh)),
                Line::Said { message } => match &*message.level {
                    "error" => errors.extend(message.rendered),
                    "warning" => warnings.extend(message.rendered),
                    _ => {}
                },
                _ => {}
            }
        }
        let has_succeeded = self.child.0.lock().wait().is_ok_and(|status| status.success());
        match program.filter(|_| has_succeeded) {
            Some((path, is_fresh)) => Ok(Program { path, is_fresh, warnings }),
            None if errors.is_empty() => {
                Err("cargo could not build it; its words are in the terminal.".to_owned())
            }
            None => Err(errors.join("\n")),
        }
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        self.child.stop();
        let _ = self.child.0.lock().wait();
    }
}
