//! Sessions that the visitor's browser keeps: the cookie's value is the whole record, sealed.

use cookie::Key;

use super::{COOKIE_LIMIT, NoRecord, Record, Store, StoreError};

/// Keeps records in the cookie `name`: the first of `keys` seals, any of them opens.
pub(super) struct CookieStore {
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
    /// Makes text tamper-proof for the cookie of a name. A cookie holds the result without any escapes.
    pub(super) seal: fn(&Key, &str, String) -> String,
    /// Returns the text, if it was sealed by this key for this name.
    pub(super) open: fn(&Key, &str, &str) -> Option<String>,
    /// Whether it has the form of what `seal` makes, whatever the key.
    pub(super) is_sealed: fn(&str) -> bool,
}

impl CookieStore {
    fn seal(&self, record: &Record) -> Result<String, StoreError> {
        let token = (self.seal)(&self.keys[0], &self.name, record.to_json());
        let bytes = self.name.len() + token.len();
        if bytes > COOKIE_LIMIT {
            let limit = COOKIE_LIMIT;
            return Err(StoreError::TooLarge { bytes, limit });
        }
        Ok(token)
    }
}

#[rocket::async_trait]
impl Store for CookieStore {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        if token.len() > COOKIE_LIMIT {
            return Ok(None);
        }
        let open = |key| (self.open)(key, &self.name, token);
        let json = self.keys.iter().find_map(open);
        Ok(json.and_then(|json| Record::from_json(&json)))
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

    fn why_not(&self, token: &str) -> NoRecord {
        let is_sealed = token.len() <= COOKIE_LIMIT && (self.is_sealed)(token);
        if is_sealed { NoRecord::BrokenSeal } else { NoRecord::NotAToken }
    }
}
