//! The lessons of the workspace, as they stand on disk: this crate knows none of them by name.

use std::fs;
use std::path::{Path, PathBuf};

use rocket::figment::Figment;
use rocket::figment::providers::{Format, Toml};
use serde::{Deserialize, Serialize};

use crate::config::settings::explain;

/// A lesson, as its folder and its `Rocket.toml` describe it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Lesson {
    /// `03-reset`
    pub(crate) folder: String,
    /// `03`
    pub(crate) number: String,
    /// The `title` of its `Rocket.toml`.
    pub(crate) title: String,
    /// The `port` of its `Rocket.toml`.
    pub(crate) port: u16,
}

impl Lesson {
    fn read(root: &Path, folder: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Described {
            title: String,
            port: u16,
        }

        let file = config_file(root, folder);
        let settings = Figment::from(Toml::file_exact(&file).nested());
        let read = settings.select(rocket::Config::DEFAULT_PROFILE).extract();
        let named = |problem: String| match file.display().to_string() {
            file if problem.contains(&file) => problem,
            file => format!("{file}: {problem}"),
        };
        let Described { title, port } = read.map_err(|errors| named(explain("", errors)))?;
        let number = folder.chars().take_while(char::is_ascii_digit).collect();
        Ok(Self { folder: folder.to_owned(), number, title, port })
    }

    /// `lesson-03`
    pub(crate) fn package(&self) -> String {
        format!("lesson-{}", self.number)
    }

    /// What starts it, from the root of the workspace.
    pub(crate) fn command(&self) -> String {
        format!("cargo run -p {}", self.package())
    }

    /// Where its doc stands, from the root of the workspace.
    pub(crate) fn doc(&self) -> String {
        format!("docs/{}.md", self.folder)
    }

    /// Where its code stands, from the root of the workspace.
    pub(crate) fn source(&self) -> String {
        format!("lessons/{}/src/main.rs", self.folder)
    }
}

/// The lessons in their order, as far as they can be read, and where in it the one is that runs.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    lessons: Vec<Lesson>,
    at: usize,
}

impl Catalogue {
    /// Reads all lessons. Only `running`, by the name of its folder, must be right.
    pub(crate) fn read(root: &Path, running: &str) -> Result<Self, String> {
        let folder = root.join("lessons");
        let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
        let entries = fs::read_dir(&folder).map_err(unreadable)?.flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        // Lesson 00 shows the others, and is none of them.
        names.retain(|name| !name.starts_with("00-") || name == running);
        names.sort();
        let mut lessons = vec![];
        for name in names {
            match Lesson::read(root, &name) {
                Ok(lesson) => lessons.push(lesson),
                Err(problem) if name == running => return Err(problem),
                Err(_) => {}
            }
        }
        let missing = || format!("there is no lesson {running:?} in {}", folder.display());
        let at = lessons.iter().position(|it| it.folder == running).ok_or_else(missing)?;
        Ok(Self { lessons, at })
    }

    pub(crate) fn running(&self) -> &Lesson {
        &self.lessons[self.at]
    }

    pub(crate) fn before(&self) -> Option<&Lesson> {
        self.at.checked_sub(1).and_then(|at| self.lessons.get(at))
    }

    pub(crate) fn after(&self) -> Option<&Lesson> {
        self.lessons.get(self.at + 1)
    }

    pub(crate) fn find(&self, folder: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.folder == folder)
    }
}

pub(crate) fn config_file(root: &Path, folder: &str) -> PathBuf {
    root.join("lessons").join(folder).join("Rocket.toml")
}

/// Where a lesson keeps what shall outlive it, if it keeps files.
pub(crate) fn data_folder(root: &Path, folder: &str) -> PathBuf {
    root.join("lessons").join(folder).join("data")
}

/// Finds the workspace, wherever the reader stands in it: where this crate was built, or else (the
/// folder was moved) around the current one.
pub(crate) fn root() -> Result<PathBuf, String> {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned);
    let here = std::env::current_dir().unwrap_or_default();
    let is_root = |path: &PathBuf| path.join("templates").is_dir() && path.join("lessons").is_dir();
    let mut candidates = built_in.into_iter().chain(here.ancestors().map(Path::to_owned));
    candidates.find(is_root).ok_or_else(|| {
        format!(
            "no folder with `templates` and `lessons` in it, neither where this was built ({}) \
             nor around {}: run it inside the workspace",
            env!("CARGO_MANIFEST_DIR"),
            here.display()
        )
    })
}
