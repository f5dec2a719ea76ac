//! A lesson that runs for this program, and ends with it.

mod command;
mod listen;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

pub use self::command::command;
pub use self::listen::Hear;
use self::listen::listen;

/// How long a lesson may take to say its address.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long it may take to end when it is told to.
const GRACE: Duration = Duration::from_secs(3);

/// A running lesson.
pub struct Server {
    child: Child,
    authority: String,
    banner: Vec<String>,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a lesson, and waits until it says its address.
    pub fn start(command: &mut Command, hear: Hear) -> Result<Self, String> {
        // The lesson ends when this pipe does, however this program ends.
        command.env("LESSON_ENDS_WITH_STDIN", "1").stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = command.spawn();
        let mut child = spawned.map_err(|error| format!("The lesson cannot be run: {error}."))?;
        let said = Arc::new(Mutex::new(String::new()));
        let (tell, told) = mpsc::channel();
        let stderr = child.stderr.take().map(|stderr| listen(stderr, &said, hear, |_| true));
        if let Some(stdout) = child.stdout.take() {
            let mut banner = Some(vec![]);
            listen(stdout, &said, hear, move |line| {
                let Some(lines) = &mut banner else { return !line.is_empty() };
                lines.push(line.to_owned());
                if line.trim().starts_with("stop ") {
                    let _ = tell.send(banner.take().unwrap_or_default());
                }
                false
            });
        }
        let mut server = Self { child, authority: String::new(), banner: vec![], said };
        match told.recv_timeout(PATIENCE) {
            Ok(banner) => server.banner = banner,
            Err(RecvTimeoutError::Timeout) => return Err(server.words("The lesson did not start.")),
            Err(RecvTimeoutError::Disconnected) => {
                let _ = stderr.map(thread::JoinHandle::join);
                return Err(server.words("The lesson ended before it could be visited."));
            }
        }
        let open = server.banner.iter().find_map(|line| line.trim().strip_prefix("open"));
        let authority = open.and_then(|address| address.trim().strip_prefix("http://"));
        server.authority = authority.unwrap_or_default().to_owned();
        Ok(server)
    }

    /// The lines that it said when it had started.
    #[must_use]
    pub fn banner(&self) -> &[String] {
        &self.banner
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Where the second server is, if the lesson has two: `127.0.0.1:PORT`.
    #[must_use]
    pub fn second(&self) -> Option<&str> {
        let row = self.banner.iter().find_map(|line| line.trim().strip_prefix("servers "));
        Some(row?.rsplit_once("B http://")?.1)
    }

    /// If it has ended: what it said.
    pub fn last_words(&mut self) -> Option<String> {
        let has_ended = matches!(self.child.try_wait(), Ok(Some(_)));
        has_ended.then(|| self.words("The lesson ended."))
    }

    fn words(&self, otherwise: &str) -> String {
        let said = self.said.lock();
        if said.trim().is_empty() { otherwise.to_owned() } else { said.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let begin = Instant::now();
        while begin.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
