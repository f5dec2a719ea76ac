//! The templates as the engine gets them: those that can be used, without the files that systems and
//! editors leave among them.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::figment::value::magic::RelativePathBuf;
use rocket::tokio::time::sleep;
use rocket::{Build, Data, Orbit, Request, Rocket};
use serde_json::Value;
use tempfile::TempDir;

use super::check::{Files, check};
use super::{Problems, Used};
use crate::launch::harmless::harmless;
use crate::terminal::{Stream, say};

/// `rocket_dyn_templates` 0.2.0 with a copy of the folder of templates. From the folder itself it would
/// take each file whose name ends in `.tera`, and no template at all if one of them is none, such as
/// the `._login.html.tera` of macOS. What it watches is lost to it when the folder is deleted and
/// comes back. And of a template that does not parse it tells the log only. So the copy has what can be
/// used, and what is wrong with the others is kept for [`Problems`].
pub(super) struct Templates<F> {
    engine: F,
    loaded: Arc<AtomicUsize>,
    /// Which of them the lesson uses, and what `base` knows of it.
    used: Used,
    facts: Value,
    /// Whether a page explains what is wrong with them.
    are_explained: bool,
    problems: Problems,
    copy: Mutex<Option<Mirror>>,
}

/// Where the copy is.
static PLACE: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Removes the copy: a program that ends at once drops nothing.
pub(crate) fn remove_copy() {
    if let Some(copy) = PLACE.lock().take() {
        let _ = fs::remove_dir_all(copy);
    }
}

/// A copy of the templates that can be used.
struct Mirror {
    original: PathBuf,
    folder: TempDir,
    /// What was found when it was last looked at, and what of it is in the copy.
    found: Files,
    copied: Files,
}

impl Mirror {
    /// Copies what has changed, and says whether anything has. While they are not in order, the old
    /// ones stay.
    fn update(&mut self, templates: &Templates<impl Fairing>) -> io::Result<bool> {
        let found = templates.used.read(&self.original)?;
        if found == self.found {
            return Ok(false);
        }
        let (good, problems) = check(&found, &templates.facts, templates.are_explained);
        self.found = found;
        for problem in &problems {
            log::error!("{}", problem.in_words(&self.original));
        }
        let is_broken = !problems.is_empty();
        templates.problems.set(&self.original, problems);
        if good == self.copied || is_broken && !self.copied.is_empty() {
            return Ok(false);
        }
        let to = self.folder.path();
        for gone in self.copied.keys().filter(|file| !good.contains_key(*file)) {
            let _ = fs::remove_file(to.join(gone));
        }
        for (file, text) in good.iter().filter(|(file, text)| self.copied.get(*file) != Some(text))
        {
            fs::create_dir_all(to.join(file).parent().unwrap_or(to))?;
            fs::write(to.join(file), text)?;
        }
        self.copied = good;
        Ok(true)
    }
}

impl<F: Fairing> Templates<F> {
    /// `loaded` counts how often the engine has loaded them.
    pub(super) fn new(
        engine: F,
        loaded: Arc<AtomicUsize>,
        used: Used,
        facts: Value,
        are_explained: bool,
    ) -> Self {
        let (problems, copy) = (Problems::default(), Mutex::default());
        Self { engine, loaded, used, facts, are_explained, problems, copy }
    }

    /// Makes the copy. Templates that are not in order stop the launch, unless a page explains them.
    fn copy(&self, original: PathBuf, folder: TempDir) -> Result<PathBuf, String> {
        let copy = folder.path().to_owned();
        *PLACE.lock() = Some(copy.clone());
        let (found, copied) = (Files::new(), Files::new());
        let mut mirror = Mirror { original, folder, found, copied };
        if let Err(error) = mirror.update(self) {
            let original = mirror.original.display();
            return Err(format!(
                "template_dir: the directory {original} cannot be copied: {error}"
            ));
        }
        if !self.are_explained && !self.problems.all().is_empty() {
            return Err("Mend that, and start the lesson again.".to_owned());
        }
        *self.copy.lock() = Some(mirror);
        Ok(copy)
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
        let rocket = rocket.manage(self.problems.clone());
        let Ok(folder) = tempfile::tempdir() else {
            // A machine on which nothing may be written has no system that leaves files around.
            return self.engine.on_ignite(rocket).await;
        };
        let copy = match self.copy(original, folder) {
            Ok(copy) => copy,
            Err(problem) => {
                log::error!("{problem}");
                return Err(rocket);
            }
        };
        let figment = figment.merge(("template_dir", copy));
        let ignited = self.engine.on_ignite(rocket.configure(figment)).await;
        if !cfg!(debug_assertions) {
            // It is all in memory.
            *self.copy.lock() = None;
        }
        ignited
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        self.engine.on_liftoff(rocket).await;
        // What was said before the launch is heard only if there is none.
        for problem in self.problems.all() {
            let problem = problem.in_words(&self.problems.folder());
            say(Stream::Stderr, &harmless(&format!("error: {problem}")));
        }
    }

    /// In debug builds: what has changed is there at the next request.
    async fn on_request(&self, req: &mut Request<'_>, data: &mut Data<'_>) {
        let before = self.loaded.load(Ordering::SeqCst);
        let update = |copy: &mut Mirror| copy.update(self).unwrap_or(false);
        let changed = self.copy.lock().as_mut().is_some_and(update);
        self.engine.on_request(req, data).await;
        // The system tells the engine of a change within a moment.
        for _ in 0..50 {
            if !changed || self.loaded.load(Ordering::SeqCst) != before {
                break;
            }
            sleep(Duration::from_millis(10)).await;
            self.engine.on_request(req, data).await;
        }
    }
}
