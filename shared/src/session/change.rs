//! What a request does to a session, kept so that it can be done again.

use std::panic::Location;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Record, StoreError, flash};
use crate::clock::Timestamp;

/// One change. Two requests at once each work on a copy of the session; at the end each does its
/// changes again on what the store holds by then, so that both survive.
pub(super) enum Change {
    Insert(String, Value),
    /// Inserts a value where there is none.
    Default(String, Value),
    Remove(String),
    Update(String, Box<UpdateFn>),
    /// A message for the next page.
    Flash(String),
    /// These messages were on a page.
    Shown(Vec<String>),
    Permanent(bool),
    Renew(Timestamp),
}

/// A change, and the line of code that has asked for it.
pub(crate) struct Call {
    pub(super) change: Change,
    pub(super) at: &'static Location<'static>,
}

impl Call {
    /// Where `key` was changed, if this has done so.
    pub(super) fn place(&self, key: &str) -> Option<&'static Location<'static>> {
        let changed = match &self.change {
            Change::Insert(key, _)
            | Change::Default(key, _)
            | Change::Remove(key)
            | Change::Update(key, _) => key,
            Change::Flash(_) | Change::Shown(_) => flash::KEY,
            Change::Permanent(_) | Change::Renew(_) => return None,
        };
        (changed == key).then_some(self.at)
    }
}

type UpdateFn = dyn Fn(Option<&Value>) -> Result<Value, StoreError> + Send + Sync;

/// The value as JSON, or which key's value JSON cannot hold, and why.
fn to_json(key: &str, value: impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value)
        .map_err(|error| StoreError::Unstorable(format!("session key {key:?}: {error}")))
}

impl Change {
    pub(super) fn insert(key: &str, value: impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::Insert(key.to_owned(), to_json(key, value)?))
    }

    pub(super) fn default(key: &str, value: impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::Default(key.to_owned(), to_json(key, value)?))
    }

    pub(super) fn update<T>(key: &str, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let name = key.to_owned();
        let update = move |before: Option<&Value>| {
            let mut value = before.and_then(|json| T::deserialize(json).ok()).unwrap_or_default();
            change(&mut value);
            to_json(&name, value)
        };
        Self::Update(key.to_owned(), Box::new(update))
    }

    /// Does it to `record`.
    pub(super) fn apply(&self, record: &mut Record) -> Result<(), StoreError> {
        match self {
            Self::Insert(key, value) => {
                record.values.insert(key.clone(), value.clone());
            }
            Self::Default(key, value) => {
                record.values.entry(key.clone()).or_insert_with(|| value.clone());
            }
            Self::Remove(key) => {
                record.values.remove(key);
            }
            Self::Update(key, change) => {
                let value = change(record.values.get(key))?;
                record.values.insert(key.clone(), value);
            }
            Self::Flash(message) => flash::add(&mut record.values, message),
            Self::Shown(messages) => flash::remove(&mut record.values, messages),
            Self::Permanent(permanent) => record.permanent = *permanent,
            Self::Renew(now) => {
                record.created = *now;
                record.renewed = true;
            }
        }
        Ok(())
    }
}
