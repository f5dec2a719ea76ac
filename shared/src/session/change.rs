//! What a request does to a session, kept so that it can be done again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Record, StoreError};
use crate::clock::Timestamp;

/// One change. Two requests at once each work on a copy of the session; at the end each does its
/// changes again on what the store holds by then, so that both survive.
pub(super) enum Change {
    Insert(String, Value),
    Remove(String),
    Update(String, Box<UpdateFn>),
    Permanent(bool),
    Renew(Timestamp),
}

type UpdateFn = dyn Fn(Option<&Value>) -> Result<Option<Value>, StoreError> + Send + Sync;

/// The value as JSON, or which key's value JSON cannot hold, and why.
fn to_json(key: &str, value: impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value)
        .map_err(|error| StoreError::Unstorable(format!("session key {key:?}: {error}")))
}

impl Change {
    pub(super) fn insert(key: &str, value: impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::Insert(key.to_owned(), to_json(key, value)?))
    }

    pub(super) fn update<T>(key: &str, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let name = key.to_owned();
        Self::update_json(key, move |before| {
            let mut value = before.and_then(|json| T::deserialize(json).ok()).unwrap_or_default();
            change(&mut value);
            to_json(&name, value).map(Some)
        })
    }

    /// Changes the value as JSON; `None` removes it.
    pub(super) fn update_json(
        key: &str,
        change: impl Fn(Option<&Value>) -> Result<Option<Value>, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self::Update(key.to_owned(), Box::new(change))
    }

    /// Does it to `record`.
    pub(super) fn apply(&self, record: &mut Record) -> Result<(), StoreError> {
        match self {
            Self::Insert(key, value) => {
                record.values.insert(key.clone(), value.clone());
            }
            Self::Remove(key) => {
                record.values.remove(key);
            }
            Self::Update(key, change) => {
                match change(record.values.get(key))? {
                    Some(value) => record.values.insert(key.clone(), value),
                    None => record.values.remove(key),
                };
            }
            Self::Permanent(permanent) => record.permanent = *permanent,
            Self::Renew(now) => {
                record.created = *now;
                record.renewed = true;
            }
        }
        Ok(())
    }
}
