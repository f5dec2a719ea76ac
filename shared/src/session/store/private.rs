//! The `private` store: encrypted, so that not even the visitor can read it.

use cookie::{Cookie, CookieJar, Key};

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
