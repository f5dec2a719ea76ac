//! The `private` store: encrypted, so that not even the visitor can read it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cookie::{Cookie, CookieJar, Key};

use super::cookie::Seal;

/// AES-256-GCM, as in Rocket's private cookies.
pub(super) struct Private;

impl Seal for Private {
    fn seal(&self, key: &Key, name: &str, text: String) -> String {
        let mut jar = CookieJar::new();
        let plain = Cookie::new(name.to_owned(), text);
        jar.private_mut(key).add(plain);
        let sealed = jar.get(name).map_or("", Cookie::value);
        // `+`, `/` and `=` would be escaped in the cookie; `-` and `_` are not.
        let bytes = STANDARD.decode(sealed).expect("a private jar holds base64");
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, key: &Key, name: &str, token: &str) -> Option<String> {
        let sealed = STANDARD.encode(URL_SAFE_NO_PAD.decode(token).ok()?);
        let cookie = Cookie::new(name.to_owned(), sealed);
        let plain = CookieJar::new().private(key).decrypt(cookie)?;
        Some(plain.value().to_owned())
    }
}
