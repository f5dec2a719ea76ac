//! One session as a store keeps it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::settings::SessionSettings;

/// What a session holds, and how long it may live.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The visitor's values by key.
    pub values: Map<String, Value>,
    /// When the session began or was last renewed.
    pub created: Timestamp,
    /// The first second in which it is over: the cookie's own Max-Age is never trusted for this.
    pub expires: Timestamp,
    /// Whether it outlives the closing of the browser.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permanent: bool,
    /// Whether it was ever renewed, as at a login. A full store drops the others first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub renewed: bool,
    /// How often a store on the server has replaced it, so that no replacement goes unnoticed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision: u64,
}

impl Record {
    pub(crate) fn begun(now: Timestamp) -> Self {
        Self { created: now, ..Self::default() }
    }

    /// Gives the session its full lifetime from `now` on, within the absolute limit.
    pub(crate) fn extend(&mut self, settings: &SessionSettings, now: Timestamp) {
        let idle_end = now + settings.lifetime.as_secs();
        let absolute_end = self.created + settings.absolute_lifetime.as_secs();
        self.expires = idle_end.min(absolute_end);
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and JSON values always serialize")
    }

    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
