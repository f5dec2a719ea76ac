//! Passwords: what is kept of them, and how one is checked.

mod admin;
mod queue;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params};
use rocket::http::Status;

pub use self::admin::AdminPassword;
use self::queue::QUEUE;
use crate::text::normalize;

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
    QUEUE.run(address, move || hash_here(&password)).await
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
    let work = move || {
        if let Some(hash) = &hash {
            is_right(&password, hash)
        } else {
            hash_here(&password);
            false
        }
    };
    QUEUE.run(address, work).await
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
    use super::*;

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
}
