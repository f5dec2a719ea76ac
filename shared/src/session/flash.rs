//! Messages for the next page, kept in the session and shown once.

use serde_json::Value;

use super::Session;
use super::change::Change;

/// The key that Flask uses too.
const KEY: &str = "_flashes";

impl Session {
    /// Keeps a message for the page that the visitor sees next, as after a redirect.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.flash("AAPL was added.");
    /// # }
    /// ```
    pub fn flash(&self, message: impl Into<String>) {
        let message = message.into();
        self.update(KEY, move |all: &mut Vec<String>| all.push(message.clone()));
    }

    /// Takes the messages out, the oldest first: whoever calls this shows them.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> String {
    /// session.flashes().join(" ")
    /// # }
    /// ```
    pub fn flashes(&self) -> Vec<String> {
        let messages: Vec<String> = self.get(KEY).unwrap_or_default();
        if !messages.is_empty() {
            let shown = messages.clone();
            // One that another request adds meanwhile stays for the next page, unless it says the same.
            self.change(Change::update_json(KEY, move |all| {
                let mut rest = all.and_then(Value::as_array).cloned().unwrap_or_default();
                for message in &shown {
                    if let Some(at) = rest.iter().position(|it| it == message) {
                        rest.remove(at);
                    }
                }
                Ok((!rest.is_empty()).then_some(Value::Array(rest)))
            }));
        }
        messages
    }
}
