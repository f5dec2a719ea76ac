//! The lessons of the workspace, as they stand on disk: this crate knows none of them by name.

use std::fs;
use std::path::{Path, PathBuf};

use rocket::figment::Figment;
use rocket::figment::providers::{Format, Toml};
use serde::Serialize;

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
        let file = config_file(root, folder);
        let figment =
            Figment::from(Toml::file(&file).nested()).select(rocket::Config::DEFAULT_PROFILE);
        let read = |key| format!("{}: `{key}` is missing or wrong", file.display());
        Ok(Self {
            folder: folder.to_owned(),
            number: folder.chars().take_while(char::is_ascii_digit).collect(),
            title: figment.extract_inner("title").map_err(|_| read("title"))?,
            port: figment.extract_inner("port").map_err(|_| read("port"))?,
        })
    }

    /// `lesson-03`
    pub(crate) fn package(&self) -> String {
        format!("lesson-{}", self.number)
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

/// A lesson and the two beside it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) lesson: Lesson,
    pub(crate) before: Option<Lesson>,
    pub(crate) after: Option<Lesson>,
}

impl Place {
    /// Finds a lesson by the name of its folder.
    pub(crate) fn find(root: &Path, folder: &str) -> Result<Self, String> {
        let lessons = all(root)?;
        let Some(at) = lessons.iter().position(|lesson| lesson.folder == folder) else {
            return Err(format!(
                "there is no lesson {folder:?} in {}",
                root.join("lessons").display()
            ));
        };
        Ok(Self {
            lesson: lessons[at].clone(),
            before: at.checked_sub(1).map(|before| lessons[before].clone()),
            after: lessons.get(at + 1).cloned(),
        })
    }
}

/// All lessons in their order.
pub(crate) fn all(root: &Path) -> Result<Vec<Lesson>, String> {
    let folder = root.join("lessons");
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let mut names = vec![];
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if config_file(root, &name).is_file() {
            names.push(name);
        }
    }
    names.sort();
    names.iter().map(|name| Lesson::read(root, name)).collect()
}

pub(crate) fn config_file(root: &Path, folder: &str) -> PathBuf {
    root.join("lessons").join(folder).join("Rocket.toml")
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
