//! The `signed` store: readable by all, and changed by none but the server. This is how Flask does it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cookie::{Cookie, CookieJar, Key};

/// The bytes of an HMAC-SHA256 in the base64 of [`cookie`]'s signed jar.
const SIGNATURE: usize = 44;

/// Writes `PAYLOAD.SIGNATURE`, both in base64url: the payload is `text`, the signature an HMAC-SHA256 of
/// it for the cookie `name`.
pub(super) fn seal(key: &Key, name: &str, text: String) -> String {
    // Spaces up to a multiple of three bytes, so that `base64 -d` misses no padding.
    let spaces = text.len().next_multiple_of(3) - text.len();
    let payload = URL_SAFE_NO_PAD.encode(text + &" ".repeat(spaces));
    let mut jar = CookieJar::new();
    jar.signed_mut(key).add(Cookie::new(name.to_owned(), payload));
    let signed = jar.get(name).map_or("", Cookie::value);
    let (signature, payload) = signed.split_at(SIGNATURE);
    let signature = STANDARD.decode(signature).expect("a signed jar begins with base64");
    format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns the text if `token` was signed by this key for the cookie `name`.
pub(super) fn open(key: &Key, name: &str, token: &str) -> Option<String> {
    let (payload, signature) = token.split_once('.')?;
    let signature = STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).ok()?);
    let signed = Cookie::new(name.to_owned(), signature + payload);
    let payload = CookieJar::new().signed(key).verify(signed)?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(payload.value()).ok()?).ok()
}

/// Whether `token` has the form of what [`seal`] makes, whatever the key.
pub(super) fn is_sealed(token: &str) -> bool {
    let bytes = |part| URL_SAFE_NO_PAD.decode(part).map(|bytes| bytes.len()).ok();
    token.split_once('.').is_some_and(|(payload, signature)| {
        bytes(payload).is_some_and(|length| length > 0) && bytes(signature) == Some(32)
    })
}
