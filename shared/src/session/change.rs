//! What a request does to a session, kept so that it can be done again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::record::Record;
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

type UpdateFn = dyn Fn(Option<&Value>) -> serde_json::Result<Value> + Send + Sync;

/// Says of which key the value cannot be stored, and why.
pub(super) fn fault(key: &str, error: &serde_json::Error) -> String {
    format!("session key {key:?}: {error}")
}

impl Change {
    pub(super) fn update<T>(key: &str, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let on_json = move |before: Option<&Value>| {
            let mut value = before.and_then(|json| T::deserialize(json).ok()).unwrap_or_default();
            change(&mut value);
            serde_json::to_value(value)
        };
        Self::Update(key.to_owned(), Box::new(on_json))
    }

    /// Does it to `record`, or says why the value cannot be stored.
    pub(super) fn apply(&self, record: &mut Record) -> Result<(), String> {
        match self {
            Self::Insert(key, value) => {
                record.values.insert(key.clone(), value.clone());
            }
            Self::Remove(key) => {
                record.values.remove(key);
            }
            Self::Update(key, change) => {
                let value = change(record.values.get(key)).map_err(|error| fault(key, &error))?;
                record.values.insert(key.clone(), value);
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
