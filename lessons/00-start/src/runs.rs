//! The lessons that were started on the start page.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem;
use std::path::{Path, PathBuf};

use rocket::tokio;
use rocket::tokio::sync::Mutex;
use rocket::tokio::sync::watch::{Receiver, Sender};

use crate::network::Network;
use crate::watch::{Now, Reach, Watched};
use crate::workspace::{self, Lesson};

/// The port of the start page, to which a lesson's number is added.
const FIRST: u16 = 8000;

/// What runs, and for whom.
pub struct Runs {
    /// The workspace.
    pub root: PathBuf,
    /// Whether a class visits it, too.
    pub is_open: bool,
    /// Where that finds this machine.
    pub network: Network,
    port: u16,
    /// By their folders.
    watched: Mutex<BTreeMap<String, (Lesson, Watched)>>,
    /// Each change of what runs.
    changes: Sender<()>,
}

impl Runs {
    /// Nothing yet. The start page has this port.
    #[must_use]
    pub fn new(root: &Path, port: u16, is_open: bool) -> Self {
        let (network, watched, changes) = Default::default();
        Self { root: root.to_owned(), is_open, network, port, watched, changes }
    }

    /// The port on which a lesson is visited. If the start page has another port than its own, the
    /// lessons go with it.
    #[must_use]
    pub fn port(&self, lesson: &Lesson) -> u16 {
        lesson.port.wrapping_sub(FIRST).wrapping_add(self.port)
    }

    /// Who may visit what is started now.
    #[must_use]
    pub fn reach(&self) -> Reach {
        if self.is_open { Reach::Room(self.network.first()) } else { Reach::ThisMachine }
    }

    /// How a lesson is that was started here.
    pub async fn state(&self, lesson: &Lesson) -> Option<Now> {
        Some(self.watched.lock().await.get(&lesson.folder)?.1.state().now)
    }

    /// Starts a lesson, by its number, unless it was started before.
    pub async fn start(&self, number: &str) -> Result<(), String> {
        let lesson = workspace::find(&self.root, number)?;
        let mut watched = self.watched.lock().await;
        if let Entry::Vacant(place) = watched.entry(lesson.folder.clone()) {
            let port = self.port(&lesson);
            let watched = Watched::start(&self.root, &lesson, port, self.reach()).await?;
            let (mut state, changes) = (watched.hear(), self.changes.clone());
            tokio::spawn(async move {
                while state.changed().await.is_ok() {
                    changes.send_replace(());
                }
            });
            place.insert((lesson, watched));
        }
        Ok(())
    }

    /// Hears when a lesson begins to run, or ends.
    pub fn hear(&self) -> Receiver<()> {
        self.changes.subscribe()
    }

    /// Stops a lesson that was started here, and says whether it was.
    pub async fn stop(&self, number: &str) -> bool {
        let Ok(lesson) = workspace::find(&self.root, number) else { return false };
        let stopped = self.watched.lock().await.remove(&lesson.folder);
        let Some((_, watched)) = stopped else { return false };
        watched.stop().await;
        self.changes.send_replace(());
        true
    }

    /// The servers of the lessons that were started here and run: each with its title and its port.
    pub async fn running(&self) -> Vec<(String, u16)> {
        let watched = self.watched.lock().await;
        let running = watched.values().filter(|(_, it)| matches!(it.state().now, Now::Running(_)));
        running.flat_map(|(lesson, _)| self.servers(lesson)).collect()
    }

    /// One, or several, which are called A, B and so on.
    fn servers(&self, lesson: &Lesson) -> Vec<(String, u16)> {
        let title = format!("{} {}", lesson.number(), lesson.title);
        if lesson.servers == 1 {
            return vec![(title, self.port(lesson))];
        }
        let titles = ('A'..).map(|letter| format!("{title}: server {letter}"));
        titles.zip(lesson.ports(self.port(lesson))).collect()
    }

    /// Stops them all.
    pub async fn stop_all(&self) {
        let all = mem::take(&mut *self.watched.lock().await);
        for (_, watched) in all.into_values() {
            watched.stop().await;
        }
        self.changes.send_replace(());
    }
}
