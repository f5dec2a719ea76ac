//! When a lesson ends: time for what is under way, and for no more than that.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use log::Record;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::figment::Figment;
use rocket::{Orbit, Rocket, async_trait, tokio};

/// How long a connection may take to come to its end, by the setting `shutdown.grace`.
static GRACE: OnceLock<Duration> = OnceLock::new();

/// How long a connection that its client has just closed needs until it is gone.
const MOMENT: Duration = Duration::from_millis(30);

/// Remembers how long the grace is.
pub(crate) fn note_grace(figment: &Figment) {
    let seconds: u32 = figment.extract_inner("shutdown.grace").unwrap_or_default();
    let _ = GRACE.set(Duration::from_secs(seconds.into()));
}

/// Waits for requests that are under way, where Rocket 0.5.2 would drop them. If it is told to end in
/// the moment in which it accepts a connection, it takes that for an end by itself, says so, and asks
/// for no grace. Its connections know better: they end within theirs, meanwhile. (With `log_level`
/// `off` this hears nothing of it, and they are dropped.)
pub(crate) fn wait_for_requests(said: &Record<'_>) {
    if said.args().as_str() == Some("Server shutdown nominally.") {
        let margin = Duration::from_millis(500);
        thread::sleep(GRACE.get().copied().unwrap_or_default() + margin);
    }
}

/// Waits a moment before Rocket looks whether a connection is left: if there is one, Rocket waits for
/// the whole grace, even if that connection was closed just now and is gone the next moment.
pub(crate) struct Moment;

#[async_trait]
impl Fairing for Moment {
    fn info(&self) -> Info {
        Info { name: "Moment", kind: Kind::Shutdown }
    }

    async fn on_shutdown(&self, _: &Rocket<Orbit>) {
        tokio::time::sleep(MOMENT).await;
    }
}
