//! One session as a store keeps it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::config::settings::SessionSettings;

/// What a session holds, and how long it may live.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The visitor's values by key.
    pub values: Map<String, Value>,
    /// When the session began or was last renewed, in seconds since 1970.
    pub created: Timestamp,
    /// The first second in which it is over, in seconds since 1970: the cookie's own Max-Age is
    /// never trusted for this.
    pub expires: Timestamp,
    /// Whether it outlives the closing of the browser.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permanent: bool,
    /// Whether it was ever renewed, as at a login. A full store drops the others first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub renewed: bool,
    /// Another random number each time a store on the server replaces it, so that no replacement
    /// goes unnoticed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision: u64,
    /// Of a new one: the address from which it began. Nothing but a store's sharing of its room is to
    /// depend on it, and it is not kept in the record.
    #[serde(skip)]
    pub begun_at: Option<IpAddr>,
}

impl Record {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { created: now, ..Self::default() }
    }

    /// The same record with a revision of its own.
    pub(super) fn revised(self) -> Self {
        Self { revision: rand::random(), ..self }
    }

    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    /// When it ends if it gets its full lifetime from `now` on, within the absolute limit.
    pub(super) fn extended(&self, settings: &SessionSettings, now: Timestamp) -> Timestamp {
        let idle_end = now.saturating_add(settings.lifetime.as_secs());
        idle_end.min(self.absolute_end(settings))
    }

    /// When it ends at the latest, however often it is used.
    pub(crate) fn absolute_end(&self, settings: &SessionSettings) -> Timestamp {
        self.created.saturating_add(settings.absolute_lifetime.as_secs())
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and JSON values always serialize")
    }

    pub(super) fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
