//! The `private` store: encrypted, so that not even the visitor can read it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar, Key};

/// The bytes of AES-GCM's nonce and of its tag.
const NONCE_AND_TAG: usize = 12 + 16;

/// Encrypts `text` for the cookie `name` with AES-256-GCM, as Rocket's private cookies are.
pub(super) fn seal(key: &Key, name: &str, text: String) -> String {
    let mut jar = CookieJar::new();
    jar.private_mut(key).add(Cookie::new(name.to_owned(), text));
    let sealed = jar.get(name).map_or("", Cookie::value);
    // The jar writes base64. In a cookie `+`, `/` and `=` would be escaped; `-` and `_` are not.
    sealed.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Returns the text if `token` was sealed by this key for the cookie `name`.
pub(super) fn open(key: &Key, name: &str, token: &str) -> Option<String> {
    if token.contains(['+', '/', '=']) {
        return None;
    }
    let padding = "=".repeat(token.len().next_multiple_of(4) - token.len());
    let sealed = token.replace('-', "+").replace('_', "/") + &padding;
    let cookie = Cookie::new(name.to_owned(), sealed);
    Some(CookieJar::new().private(key).decrypt(cookie)?.value().to_owned())
}

/// Whether `token` has the form of what [`seal`] makes, whatever the key.
pub(super) fn is_sealed(token: &str) -> bool {
    URL_SAFE_NO_PAD.decode(token).is_ok_and(|bytes| bytes.len() > NONCE_AND_TAG)
}
