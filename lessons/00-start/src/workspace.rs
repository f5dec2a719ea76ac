//! The workspace and its lessons, as they stand on disk.

use std::env;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rocket::figment::Figment;
use rocket::figment::providers::{Format, Toml};
use serde::{Deserialize, Serialize};

/// The folder in which all stands: around the current one, or else where this was built.
pub fn root() -> Result<PathBuf, String> {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned);
    let here = env::current_dir().unwrap_or_default();
    let is_root = |path: &PathBuf| path.join("templates").is_dir() && path.join("lessons").is_dir();
    let mut candidates = here.ancestors().map(Path::to_owned).chain(built_in);
    candidates.find(is_root).ok_or_else(|| "Run it inside the workspace of the lessons.".to_owned())
}

/// A lesson, as its folder and its `Rocket.toml` describe it.
#[derive(Clone, Debug, Serialize)]
pub struct Lesson {
    /// `03-reset`
    pub folder: String,
    /// The `title` of its `Rocket.toml`.
    pub title: String,
    /// The `port` of its `Rocket.toml`.
    pub port: u16,
    /// How many servers it starts, on this port and those after it.
    pub servers: u16,
}

impl Lesson {
    /// `03`
    #[must_use]
    pub fn number(&self) -> &str {
        number(&self.folder)
    }

    /// The ports of its servers, if the first has this one.
    #[must_use]
    pub fn ports(&self, first: u16) -> Range<u16> {
        first..first + self.servers
    }

    /// `lesson-03`
    #[must_use]
    pub fn package(&self) -> String {
        format!("lesson-{}", self.number())
    }

    /// Where it is visited: `http://127.0.0.1:8003`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The folders whose files make the lesson, from the root of the workspace.
    #[must_use]
    pub fn folders(&self) -> [String; 2] {
        [format!("lessons/{}", self.folder), format!("templates/{}", self.folder)]
    }
}

/// The number of a lesson, by its folder.
#[must_use]
pub fn number(folder: &str) -> &str {
    &folder[..2]
}

/// The lessons in their order, but for 00, which is this program.
pub fn lessons(root: &Path) -> Result<Vec<Lesson>, String> {
    let folder = root.join("lessons");
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let entries = fs::read_dir(&folder).map_err(unreadable)?.flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_lesson = |name: &String| {
        name.len() > 3
            && name.as_bytes()[..2].iter().all(u8::is_ascii_digit)
            && !name.starts_with("00")
    };
    let mut names: Vec<_> = names.filter(is_lesson).collect();
    names.sort();
    names.into_iter().map(|name| read(root, name)).collect()
}

fn read(root: &Path, folder: String) -> Result<Lesson, String> {
    #[derive(Deserialize)]
    struct Described {
        title: String,
        port: u16,
        servers: Option<u16>,
    }

    let file = root.join("lessons").join(&folder).join("Rocket.toml");
    let settings = Figment::from(Toml::file_exact(&file).nested());
    let read = settings.select(rocket::Config::DEFAULT_PROFILE).extract();
    let named = |errors| format!("{}: {errors}", file.display());
    let Described { title, port, servers } = read.map_err(named)?;
    Ok(Lesson { folder, title, port, servers: servers.unwrap_or(1) })
}

/// The lesson that is meant by `3`, `03`, `lesson-03` or `03-reset`.
pub fn find(root: &Path, meant: &str) -> Result<Lesson, String> {
    let mut lessons = lessons(root)?;
    let number = format!("{:0>2}", meant.trim_start_matches("lesson-"));
    let found = lessons.iter().position(|it| it.folder == meant || it.number() == number);
    if let Some(at) = found {
        return Ok(lessons.swap_remove(at));
    }
    let numbers: Vec<_> = lessons.iter().map(Lesson::number).collect();
    Err(format!("There is no lesson {meant:?}. There are: {}.", numbers.join(", ")))
}
