//! One password for one admin: its hash from the settings, or a random one for this run.

use rand::Rng;
use rocket::fairing::{self, AdHoc, Fairing};
use rocket::http::Status;
use rocket::{Build, Rocket};

use super::{check, hash_here, verify};
use crate::config::settings::{explain, place, program};
use crate::terminal::{Stream, say};

/// The setting with the hash.
const KEY: &str = "admin_password_hash";

/// Letters and digits that cannot be mistaken for one another: five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The password of the one admin, as its hash; in managed state while the server runs.
///
/// The hash is the setting `admin_password_hash`. Without it there is a random password for this
/// run, of 80 bits, and the terminal says it once. What is not the hash of a password by argon2id
/// stops the launch.
pub struct AdminPassword {
    hash: String,
    /// The password itself, if it was made for this run.
    made: Option<String>,
}

impl AdminPassword {
    /// Reads the setting, or makes a password.
    ///
    /// ```
    /// let rocket = rocket::build().attach(shared::password::AdminPassword::fairing());
    /// ```
    #[must_use]
    pub fn fairing() -> impl Fairing {
        AdHoc::try_on_ignite("Admin's password", |rocket| async {
            match Self::read(&rocket) {
                Ok(admin) => Ok(rocket.attach(tell()).manage(admin)) as fairing::Result,
                Err(problem) => {
                    log::error!("{problem}");
                    Err(rocket)
                }
            }
        })
    }

    fn read(rocket: &Rocket<Build>) -> Result<Self, String> {
        let figment = rocket.figment();
        if figment.find_value(KEY).is_ok() {
            let given: String = figment.extract_inner(KEY).map_err(|error| explain("", error))?;
            check(&given).map_err(|_| {
                format!(
                    "{KEY}{}: this is not the hash of a password by argon2id, of 1 GiB at most.\n\
                     `cargo run -p {} --example hash-password` makes one.",
                    place(figment, KEY),
                    program()
                )
            })?;
            return Ok(Self { hash: given, made: None });
        }
        let made = random_password();
        Ok(Self { hash: hash_here(&made), made: Some(made) })
    }

    /// Whether this is the password. It takes its time on purpose. `address` is as for
    /// [`hash`](super::hash).
    ///
    /// # Errors
    ///
    /// [`Status::ServiceUnavailable`] if too many wait already.
    ///
    /// ```
    /// use rocket::http::Status;
    /// use rocket::{State, get};
    /// use shared::Visitor;
    /// use shared::password::AdminPassword;
    ///
    /// #[get("/?<password>")]
    /// async fn is_admin(
    ///     password: &str,
    ///     admin: &State<AdminPassword>,
    ///     visitor: Visitor,
    /// ) -> Result<String, Status> {
    ///     Ok(admin.is(password, &visitor.address).await?.to_string())
    /// }
    /// ```
    pub async fn is(&self, password: &str, address: &str) -> Result<bool, Status> {
        verify(password, Some(&self.hash), address).await
    }
}

/// Says a password that was made for this run, after the banner.
fn tell() -> impl Fairing {
    AdHoc::on_liftoff("Tell the admin's password", |rocket| {
        Box::pin(async move {
            if let Some(AdminPassword { made: Some(made), .. }) = rocket.state() {
                let told = format!("  The admin's password for this run: {made}\n");
                say(Stream::Stdout, &told);
            }
        })
    })
}

/// Four groups of four, such as `k7mq-x2ab-…`.
fn random_password() -> String {
    let letter = |_| char::from(LETTERS[rand::thread_rng().gen_range(0..LETTERS.len())]);
    let group = |_| (0..4).map(letter).collect::<String>();
    (0..4).map(group).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_password_is_new_each_time() {
        let passwords: std::collections::HashSet<_> =
            (0..1000).map(|_| random_password()).collect();
        assert_eq!(passwords.len(), 1000);
        assert!(passwords.iter().all(|password| password.len() == 19));
    }

    #[test]
    fn only_a_hash_by_argon2id_will_do() {
        let good = hash_here("open sesame");
        assert!(check(&good).is_ok());
        for bad in [
            "",
            "open sesame",
            "$argon2id$",
            &good.replace("argon2id", "argon2i"),
            &good.replace("m=19456", "m=1"),
            &good.replace("m=19456", "m=4294967295"),
            &good[..60],
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
