//! Where requests wait for one another that save one session at once.

use std::array;
use std::hash::{DefaultHasher, Hash, Hasher};

use rocket::tokio::sync::{Mutex, MutexGuard};

/// Sessions whose tokens fall onto the same place wait for one another, too: that costs only time.
const PLACES: usize = 256;

/// Of fifty requests that save one session at once each would find it changed by another up to fifty
/// times. In turns it does so once. Requests to other servers still come in between.
pub(super) struct Turns([Mutex<()>; PLACES]);

impl Default for Turns {
    fn default() -> Self {
        Self(array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    pub(super) async fn wait(&self, token: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        let place = hasher.finish() % PLACES as u64;
        self.0[usize::try_from(place).unwrap_or(0)].lock().await
    }
}
