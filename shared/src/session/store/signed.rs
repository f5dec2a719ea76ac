//! The `signed` store: everybody can read it, nobody can change it. This is how Flask does it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cookie::{Cookie, CookieJar, Key};

use super::cookie::Seal;

/// The bytes of an HMAC-SHA256 in the base64 of [`cookie`]'s signed jar.
const SIGNATURE: usize = 44;

/// `PAYLOAD.SIGNATURE`, both in base64url: the payload is plain JSON, the signature an HMAC-SHA256.
pub(super) struct Signed;

impl Seal for Signed {
    fn seal(&self, key: &Key, name: &str, text: String) -> String {
        // Blanks up to a multiple of three bytes, so that `base64 -d` misses no padding.
        let blanks = text.len().next_multiple_of(3) - text.len();
        let payload = URL_SAFE_NO_PAD.encode(text + &" ".repeat(blanks));
        let mut jar = CookieJar::new();
        jar.signed_mut(key).add(Cookie::new(name.to_owned(), payload));
        let signed = jar.get(name).map_or("", Cookie::value);
        let (signature, payload) = signed.split_at(SIGNATURE);
        let signature = STANDARD.decode(signature).expect("a signed jar begins with base64");
        format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn open(&self, key: &Key, name: &str, token: &str) -> Option<String> {
        let (payload, signature) = token.split_once('.')?;
        let signature = STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).ok()?);
        let signed = Cookie::new(name.to_owned(), signature + payload);
        let payload = CookieJar::new().signed(key).verify(signed)?;
        String::from_utf8(URL_SAFE_NO_PAD.decode(payload.value()).ok()?).ok()
    }
}
