//! The templates as the engine gets them: without the files that systems and editors leave among them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::figment::value::magic::RelativePathBuf;
use rocket::tokio::time::sleep;
use rocket::{Build, Data, Orbit, Request, Rocket};
use tempfile::TempDir;

use crate::launch::files;

/// `rocket_dyn_templates` 0.2.0 with a copy of the folder of templates. From the folder itself it would
/// take each file whose name ends in `.tera`, and no template at all if one of them is none, such as
/// the `._login.html.tera` of macOS. And what it watches is lost to it when the folder is deleted and
/// comes back.
pub(super) struct Templates<F> {
    engine: F,
    loaded: Arc<AtomicUsize>,
    copy: Mutex<Option<Mirror>>,
}

/// Where the copy is, and where the original.
static PLACES: Mutex<Option<(PathBuf, PathBuf)>> = Mutex::new(None);

/// A message with the templates where their author has them.
pub(crate) fn name_the_originals(message: &str) -> String {
    let Some((copy, original)) = PLACES.lock().clone() else {
        return message.to_owned();
    };
    // As `{:?}` writes them, for so does Tera.
    let quoted = |path: &Path| format!("{:?}", path.to_string_lossy()).trim_matches('"').to_owned();
    let resolved = copy.canonicalize().unwrap_or_else(|_| copy.clone());
    message
        .replace(&quoted(&resolved), &quoted(&original))
        .replace(&quoted(&copy), &quoted(&original))
}

/// Removes the copy: a program that ends at once drops nothing.
pub(crate) fn remove_copy() {
    if let Some((copy, _)) = PLACES.lock().take() {
        let _ = fs::remove_dir_all(copy);
    }
}

/// A copy of the templates, and what is in it.
struct Mirror {
    original: PathBuf,
    folder: TempDir,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Mirror {
    fn new(original: PathBuf, folder: TempDir) -> io::Result<Self> {
        let mut copy = Self { original, folder, files: BTreeMap::new() };
        copy.update()?;
        Ok(copy)
    }

    /// Copies what has changed, and says whether anything has. While there is no base, the
    /// templates are about to be replaced: the old ones stay.
    fn update(&mut self) -> io::Result<bool> {
        let files = read(&self.original)?;
        if files == self.files || !files.contains_key(Path::new("base.html.tera")) {
            return Ok(false);
        }
        let to = self.folder.path();
        for gone in self.files.keys().filter(|file| !files.contains_key(*file)) {
            let _ = fs::remove_file(to.join(gone));
        }
        for (file, text) in files.iter().filter(|(file, text)| self.files.get(*file) != Some(text))
        {
            fs::create_dir_all(to.join(file).parent().unwrap_or(to))?;
            fs::write(to.join(file), text)?;
        }
        self.files = files;
        Ok(true)
    }
}

/// The templates in this folder and in those of the lessons below it. A byte order mark at the
/// beginning is no part of a template.
fn read(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let is_template = |file: &PathBuf| file.extension().is_some_and(|end| end == "tera");
    let templates = files::below(folder)?.into_iter().filter(is_template).map(|file| {
        let text = fs::read(folder.join(&file))?;
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
        Ok((file, text.to_owned()))
    });
    templates.collect()
}

impl<F> Templates<F> {
    /// `loaded` counts how often the engine has loaded them.
    pub(super) fn new(engine: F, loaded: Arc<AtomicUsize>) -> Self {
        Self { engine, loaded, copy: Mutex::default() }
    }
}

#[rocket::async_trait]
impl<F: Fairing> Fairing for Templates<F> {
    fn info(&self) -> Info {
        let changing = if cfg!(debug_assertions) { Kind::Request } else { Kind::Ignite };
        Info { name: "Templates", kind: Kind::Ignite | Kind::Liftoff | changing }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let figment = rocket.figment().clone();
        let original =
            figment.extract_inner("template_dir").map(|dir: RelativePathBuf| dir.relative());
        let original = original.unwrap_or_default();
        let Ok(folder) = tempfile::tempdir() else {
            // A machine on which nothing may be written has no system that leaves files around.
            return self.engine.on_ignite(rocket).await;
        };
        let copy = match Mirror::new(original.clone(), folder) {
            Ok(copy) => copy,
            Err(error) => {
                let folder = original.display();
                log::error!("template_dir: the directory {folder} cannot be copied: {error}");
                return Err(rocket);
            }
        };
        let figment = figment.merge(("template_dir", copy.folder.path()));
        *PLACES.lock() = Some((copy.folder.path().to_owned(), original));
        *self.copy.lock() = Some(copy);
        let ignited = self.engine.on_ignite(rocket.configure(figment)).await;
        if !cfg!(debug_assertions) {
            // It is all in memory.
            *self.copy.lock() = None;
        }
        ignited
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        self.engine.on_liftoff(rocket).await;
    }

    /// In debug builds: what has changed is there at the next request.
    async fn on_request(&self, req: &mut Request<'_>, data: &mut Data<'_>) {
        let before = self.loaded.load(Ordering::SeqCst);
        let changed = self.copy.lock().as_mut().is_some_and(|copy| copy.update().unwrap_or(false));
        self.engine.on_request(req, data).await;
        // The system tells the engine of a change within a moment. If it never loads, it has said why.
        for _ in 0..50 {
            if !changed || self.loaded.load(Ordering::SeqCst) != before {
                break;
            }
            sleep(Duration::from_millis(10)).await;
            self.engine.on_request(req, data).await;
        }
    }
}
