//! Passwords: what is kept of them, and how one is checked.

mod admin;

use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;

pub use self::admin::AdminPassword;

/// A hash takes a core and 19 MiB for some hundredths of a second: no more at once than cores.
static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, Into::into)));

/// Hashes a password with argon2id and a salt of its own, as a text in the PHC format
/// (`$argon2id$v=19$m=19456,t=2,p=1$…`). It takes its time on purpose, beside the server's other work.
///
/// ```
/// # rocket::async_test(async {
/// let hash = shared::password::hash("open sesame").await;
/// assert!(hash.starts_with("$argon2id$"));
/// assert!(shared::password::verify("open sesame", Some(&hash)).await);
/// assert!(!shared::password::verify("open barley", Some(&hash)).await);
/// # });
/// ```
///
/// The algorithm and how much work it does are what the OWASP Password Storage Cheat Sheet
/// recommends (ASVS 11.4.2).
pub async fn hash(password: &str) -> String {
    let password = password.to_owned();
    aside(move || hash_here(&password)).await
}

/// Whether this is the password behind the hash. Without a hash, because there is no such account,
/// it is not, and that takes as long to find out (ASVS 6.3.8).
///
/// ```
/// # rocket::async_test(async {
/// assert!(!shared::password::verify("open sesame", None).await);
/// # });
/// ```
pub async fn verify(password: &str, hash: Option<&str>) -> bool {
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    aside(move || {
        if let Some(hash) = &hash {
            let hash = PasswordHash::new(hash);
            return hash.is_ok_and(|hash| {
                Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
            });
        }
        hash_here(&password);
        false
    })
    .await
}

/// Runs what would keep the server's threads from other requests on a thread of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let turn = CORES.acquire().await.expect("nobody closes it");
    let done = spawn_blocking(work).await.expect("hashing does not panic");
    drop(turn);
    done
}

fn hash_here(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.expect("any password up to 4 GiB can be hashed").to_string()
}

/// Whether a text is the hash of a password by argon2id.
fn check(hash: &str) -> Result<(), password_hash::Error> {
    let hash = PasswordHash::new(hash)?;
    let is_complete = hash.salt.is_some() && hash.hash.is_some();
    if is_complete && Algorithm::try_from(hash.algorithm)? == Algorithm::Argon2id {
        return Ok(());
    }
    Err(password_hash::Error::Algorithm)
}
