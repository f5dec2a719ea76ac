//! Sessions that the visitor's browser keeps: the cookie's value is the whole record, sealed.

use cookie::Key;

use super::{COOKIE_LIMIT, Record, Store, StoreError};

/// A way to make text tamper-proof. What `seal` returns, a cookie holds without any escapes.
pub(super) trait Seal: Send + Sync {
    /// Seals `text` for the cookie `name`.
    fn seal(&self, key: &Key, name: &str, text: String) -> String;

    /// Returns the text if `token` was sealed by this key for the cookie `name`.
    fn open(&self, key: &Key, name: &str, token: &str) -> Option<String>;
}

/// Keeps records in the cookie `name`: the first of `keys` seals, any of them opens.
pub(super) struct CookieStore<S> {
    pub(super) seal: S,
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
}

impl<S: Seal> CookieStore<S> {
    fn seal(&self, record: &Record) -> Result<String, StoreError> {
        let token = self.seal.seal(&self.keys[0], &self.name, record.to_json());
        let bytes = self.name.len() + token.len();
        if bytes > COOKIE_LIMIT {
            let limit = COOKIE_LIMIT;
            return Err(StoreError::TooLarge { bytes, limit });
        }
        Ok(token)
    }
}

#[rocket::async_trait]
impl<S: Seal> Store for CookieStore<S> {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        if token.len() > COOKIE_LIMIT {
            return Ok(None);
        }
        let open = |key| self.seal.open(key, &self.name, token);
        let json = self.keys.iter().find_map(open);
        Ok(json.and_then(|json| Record::from_json(json.as_bytes())))
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        self.seal(&record)
    }

    async fn replace(
        &self,
        _token: &str,
        _seen: &Record,
        next: Record,
        _renew: bool,
    ) -> Result<Option<String>, StoreError> {
        self.seal(&next).map(Some)
    }

    async fn remove(&self, _token: &str) -> Result<(), StoreError> {
        Ok(())
    }
}
