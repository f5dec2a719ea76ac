//! Messages for the next page, kept in the session and shown once.

use super::Session;

/// The key that Flask uses too.
const KEY: &str = "_flashes";

impl Session {
    /// Keeps a message for the page that the visitor sees next, as after a redirect.
    pub fn flash(&self, message: impl Into<String>) {
        let message = message.into();
        self.update(KEY, move |all: &mut Vec<String>| all.push(message.clone()));
    }

    /// Takes the messages out, the oldest first: who calls it shows them.
    pub fn flashes(&self) -> Vec<String> {
        self.take(KEY).unwrap_or_default()
    }
}
