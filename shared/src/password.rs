//! Passwords: what is kept of them, and how one is checked.

mod admin;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};
use std::thread::{self, available_parallelism};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params};
use parking_lot::Mutex;
use rocket::http::Status;
use rocket::tokio::sync::oneshot;

pub use self::admin::AdminPassword;
use crate::text::normalize;

/// How many may wait for their turn: about as many as are through in two seconds.
const WAITING: usize = 64;
/// How many of them from one address, which may be a whole class's: the rest is for the others.
const FROM_ONE_ADDRESS: usize = WAITING / 2;

/// How much memory the check of a given hash may take, in KiB.
const MEMORY_LIMIT: u32 = 1024 * 1024;

/// Hashes a password with argon2id and a salt of its own, as a text in the PHC format
/// (`$argon2id$v=19$m=19456,t=2,p=1$…`). It takes its time on purpose, beside the server's other work.
///
/// `address` is where the visitor is: those at one address leave room for others in the queue.
///
/// The algorithm and how much work it does are what the OWASP Password Storage Cheat Sheet
/// recommends (ASVS 11.4.2). What is hashed, and checked, is the password's one spelling as RFC 8265
/// has it: keyboards differ in how they send an `é`.
///
/// # Errors
///
/// [`Status::ServiceUnavailable`] if too many wait already.
///
/// ```
/// # rocket::async_test(async {
/// let here = "192.0.2.1";
/// let hash = shared::password::hash("open sesame", here).await.unwrap();
/// assert!(hash.starts_with("$argon2id$"));
/// assert!(shared::password::verify("open sesame", Some(&hash), here).await.unwrap());
/// assert!(!shared::password::verify("open barley", Some(&hash), here).await.unwrap());
/// # });
/// ```
pub async fn hash(password: &str, address: &str) -> Result<String, Status> {
    let password = password.to_owned();
    aside(address, move || hash_here(&password)).await
}

/// Whether this is the password behind the hash. Without a hash, because there is no such account,
/// it is not, and that takes as long to find out (ASVS 6.3.8). `address` is as for [`hash`].
///
/// # Errors
///
/// [`Status::ServiceUnavailable`] if too many wait already.
///
/// ```
/// # rocket::async_test(async {
/// assert!(!shared::password::verify("open sesame", None, "192.0.2.1").await.unwrap());
/// # });
/// ```
pub async fn verify(password: &str, hash: Option<&str>, address: &str) -> Result<bool, Status> {
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    aside(address, move || {
        let Some(hash) = &hash else {
            hash_here(&password);
            return false;
        };
        is_right(&password, hash)
    })
    .await
}

type Job = Box<dyn FnOnce() + Send>;

/// A place in the queue, which is free again when this is dropped.
struct Place(String);

/// How many places each address has.
static PLACES: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);

impl Place {
    fn for_one_at(address: &str) -> Option<Self> {
        let mut places = PLACES.lock();
        let taken = places.entry(address.to_owned()).or_default();
        (*taken < FROM_ONE_ADDRESS).then(|| {
            *taken += 1;
            Self(address.to_owned())
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = PLACES.lock();
        if let Some(taken) = places.get_mut(&self.0) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.0);
            }
        }
    }
}

/// Does work on one of as many threads as there are cores: a hash takes one, and 19 MiB, for some
/// hundredths of a second.
async fn aside<T: Send + 'static>(
    address: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Status> {
    static QUEUE: LazyLock<SyncSender<Job>> = LazyLock::new(start);
    let place = Place::for_one_at(address).ok_or(Status::ServiceUnavailable)?;
    let (answer, answered) = oneshot::channel();
    let job = move || {
        let _place = place;
        // Nobody needs it for a visitor who has left.
        if !answer.is_closed() {
            let _ = answer.send(work());
        }
    };
    QUEUE.try_send(Box::new(job)).map_err(|_| Status::ServiceUnavailable)?;
    answered.await.map_err(|_| Status::InternalServerError)
}

fn start() -> SyncSender<Job> {
    let (send, receive) = sync_channel(WAITING);
    let receive = Arc::new(Mutex::new(receive));
    for _ in 0..available_parallelism().map_or(1, Into::into) {
        let receive = Arc::clone(&receive);
        thread::spawn(move || {
            while let Some(job) = next(&receive) {
                job();
            }
        });
    }
    send
}

fn next(receive: &Mutex<Receiver<Job>>) -> Option<Job> {
    receive.lock().recv().ok()
}

fn hash_here(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(normalize(password).as_bytes(), &salt);
    hash.expect("any password up to 4 GiB can be hashed").to_string()
}

fn is_right(password: &str, hash: &str) -> bool {
    let password = normalize(password);
    let is_behind = |hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    PasswordHash::new(hash).is_ok_and(is_behind)
}

/// Whether a text is the hash of a password by argon2id, with parameters that this machine may take.
fn check(hash: &str) -> Result<(), password_hash::Error> {
    let hash = PasswordHash::new(hash)?;
    let has_room = Params::try_from(&hash)?.m_cost() <= MEMORY_LIMIT;
    let is_complete = hash.salt.is_some() && hash.hash.is_some();
    if has_room && is_complete && Algorithm::try_from(hash.algorithm)? == Algorithm::Argon2id {
        return Ok(());
    }
    Err(password_hash::Error::Algorithm)
}

#[cfg(test)]
mod tests {
    use rocket::tokio;

    use super::*;

    /// There is one queue: its tests fill it one after the other.
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

    #[test]
    fn a_password_is_right_in_all_its_spellings() {
        for (set, typed) in [
            ("Ren\u{e9} sesame", "Rene\u{301} sesame"),
            ("Rene\u{301} sesame", "Ren\u{e9} sesame"),
            ("\u{212b}ngstrom", "A\u{30a}ngstrom"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("open\u{a0}sesame", "open sesame"),
            ("open sesame", "open\u{3000}sesame"),
        ] {
            assert!(is_right(typed, &hash_here(set)), "{set:?}, {typed:?}");
        }
        for (set, typed) in [
            ("sesame", "Sesame"),
            ("sesame", "ｓｅｓａｍｅ"),
            ("sesame", "ses\u{200b}ame"),
            ("open sesame", "open  sesame"),
            ("open sesame", "open sesame "),
            ("sesame", "s\u{435}same"),
        ] {
            assert!(!is_right(typed, &hash_here(set)), "{set:?}, {typed:?}");
        }
    }

    #[rocket::async_test]
    async fn nobody_waits_behind_a_queue_without_an_end() {
        let _alone = ALONE.lock().await;
        let from = |n: usize| ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"][n % 4];
        let all = (0..4 * WAITING).map(|n| verify("open sesame", None, from(n)));
        let done = rocket::futures::future::join_all(all).await;
        let refused = done.iter().filter(|done| **done == Err(Status::ServiceUnavailable)).count();
        assert!((1..4 * WAITING).contains(&refused), "{refused}");
        let after = verify("open sesame", None, "192.0.2.1").await;
        assert_eq!(after, Ok(false), "and then it goes on");
    }

    #[rocket::async_test]
    async fn one_address_leaves_room_in_the_queue_for_others() {
        let _alone = ALONE.lock().await;
        let flood = (0..2 * WAITING).map(|_| verify("open sesame", None, "203.0.113.1"));
        let both = rocket::futures::future::join(
            rocket::futures::future::join_all(flood),
            verify("open sesame", None, "203.0.113.2"),
        );
        let (flood, other) = both.await;
        assert_eq!(flood.iter().filter(|done| done.is_ok()).count(), FROM_ONE_ADDRESS);
        assert_eq!(other, Ok(false));
        assert!(!PLACES.lock().contains_key("203.0.113.1"), "no place is taken for ever");
    }
}
