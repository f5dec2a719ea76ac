//! Random ids: the number by which a store on the server knows a session, and names for new things.

mod param;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[cfg(feature = "database")]
pub use self::param::digest;
pub(crate) use self::param::without_ids;
pub use self::param::{Id, random_id};

/// The SHA-256 of an id.
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(crate) type Digest = [u8; 32];

/// 128 random bits from the system's cryptographic generator (ASVS 7.2.2, 7.2.3): 22 characters in
/// the cookie, with nothing to read in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SessionId([u8; 16]);

impl SessionId {
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    /// Reads an id as a cookie holds it; anything else never reaches a store.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        match URL_SAFE_NO_PAD.decode_slice(token, &mut bytes) {
            Ok(16) => Some(Self(bytes)),
            _ => None,
        }
    }

    pub(crate) fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What a store that others may read keeps in place of the id, for the cookie of this name: the
    /// id cannot be found from it, so a copy of the store is not a bunch of keys.
    #[cfg(any(feature = "redis", feature = "sqlite"))]
    pub(crate) fn digest(self, cookie_name: &str) -> Digest {
        use sha2::Digest;
        sha2::Sha256::new().chain_update(self.0).chain_update(cookie_name).finalize().into()
    }

    /// Spreads ids evenly over `shards` places.
    pub(crate) fn shard(self, shards: usize) -> usize {
        usize::from(self.0[0]) % shards
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_128_random_bits_and_unique() {
        let ids: HashSet<_> = (0..10_000).map(|_| SessionId::random().token()).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|token| token.len() == 22));
    }

    #[test]
    fn only_the_exact_token_is_an_id() {
        let token = SessionId::random().token();
        assert!(SessionId::parse(&token).is_some());
        let non_canonical = format!("{}_", &token[..21]);
        for wrong in
            ["", "x", &token[1..], &format!("{token}A"), &format!("{token}=="), &non_canonical]
        {
            assert_eq!(SessionId::parse(wrong), None, "{wrong}");
        }
    }
}
