//! The `private` store: encrypted, so that not even the visitor can read it.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::Key;

/// The bytes of AES-GCM's nonce and of its tag.
const NONCE: usize = 12;
const TAG: usize = 16;

/// Encrypts `text` for the cookie `name` with AES-256-GCM, as Rocket's private cookies are: a nonce, the
/// encrypted text and its tag. In base64 a cookie would escape `+`, `/` and `=`; this is base64url.
pub(super) fn seal(key: &Key, name: &str, text: String) -> String {
    let nonce: [u8; NONCE] = rand::random();
    let text = Payload { msg: text.as_bytes(), aad: name.as_bytes() };
    let sealed = cipher(key).encrypt(Nonce::from_slice(&nonce), text);
    let sealed = sealed.expect("AES-GCM takes texts of 64 GiB");
    URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat())
}

/// Returns the text if `token` was sealed by this key for the cookie `name`.
pub(super) fn open(key: &Key, name: &str, token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
    let sealed = Payload { msg: sealed, aad: name.as_bytes() };
    let text = cipher(key).decrypt(Nonce::from_slice(nonce), sealed).ok()?;
    String::from_utf8(text).ok()
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(key.encryption().into())
}

/// Whether `token` has the form of what [`seal`] makes, whatever the key.
pub(super) fn is_sealed(token: &str) -> bool {
    URL_SAFE_NO_PAD.decode(token).is_ok_and(|bytes| bytes.len() > NONCE + TAG)
}

#[cfg(test)]
mod tests {
    use cookie::{Cookie, CookieJar};

    use super::*;

    #[test]
    fn it_is_rockets_private_cookie_in_base64url() {
        let (key, name, text) = (Key::generate(), "lesson-02", "{\"values\":{}}");
        for _ in 0..100 {
            let mut jar = CookieJar::new();
            jar.private_mut(&key).add((name, text));
            let sealed = jar.get(name).unwrap().value();
            let token = sealed.trim_end_matches('=').replace('+', "-").replace('/', "_");
            assert_eq!(open(&key, name, &token).as_deref(), Some(text));
            assert_eq!(open(&key, "lesson-03", &token), None);

            let token = seal(&key, name, text.to_owned());
            let padding = "=".repeat(token.len().next_multiple_of(4) - token.len());
            let sealed = token.replace('-', "+").replace('_', "/") + &padding;
            let opened = jar.private(&key).decrypt(Cookie::new(name, sealed)).unwrap();
            assert_eq!(opened.value(), text);
        }
    }
}
