//! Mails that leave no classroom: they are shown in the terminal.

use std::fmt::Display;

use parking_lot::Mutex;
use rocket::config::LogLevel;
use rocket::fairing::{AdHoc, Fairing};
use rocket::figment::Figment;
use rocket::http::Status;
use rocket::http::uri::Absolute;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Orbit, Rocket};

use crate::config::settings::place;
use crate::http::host::own_origin;
use crate::terminal::{Stream, say};

/// How many mails are kept for tests to read.
const KEPT: usize = 100;

/// The mails that were sent, the oldest first.
#[derive(Default)]
struct Sent(Mutex<Vec<String>>);

/// Where visitors find this server, by the setting `origin`, if there is one.
pub(crate) fn origin(figment: &Figment) -> Result<Option<String>, String> {
    let given: String = match figment.extract_inner("origin") {
        Ok(given) => given,
        Err(errors) if errors.missing() => return Ok(None),
        // A port alone, perhaps: that is no address.
        Err(_) => String::new(),
    };
    let origin = given.trim_end_matches('/');
    let is_good = Absolute::parse(origin).is_ok_and(|uri| {
        let has_host = uri.authority().is_some_and(|it| !it.host().is_empty());
        has_host
            && ["http", "https"].contains(&uri.scheme())
            && uri.path().is_empty()
            && uri.query().is_none()
    });
    if is_good {
        return Ok(Some(origin.to_owned()));
    }
    let place = place(figment, "origin");
    Err(format!("origin{place}: expected an address such as \"http://127.0.0.1:8008\""))
}

/// Gives a Rocket its mailbox.
pub(crate) fn fairing() -> impl Fairing {
    AdHoc::on_ignite("Mailbox", |rocket| async { rocket.manage(Sent::default()) })
}

/// A request guard that sends mails. This one prints them in the terminal in which the server runs: a
/// real one would hand them to a mail server.
///
/// ```
/// use rocket::post;
/// use shared::Mailbox;
///
/// #[post("/register")]
/// fn register(mailbox: Mailbox<'_>) {
///     mailbox.send("ferris@example.com", "Confirm your address", "/confirm/AbC");
/// }
/// ```
pub struct Mailbox<'r> {
    rocket: &'r Rocket<Orbit>,
    sent: &'r Sent,
}

impl Mailbox<'_> {
    /// Sends a mail with a link to a page of this server. Where the server is, it knows from its
    /// settings (`origin`, or its own address), and does not believe the visitor's `Host`: a mail
    /// with a link to another site in it would be a trap.
    pub fn send(&self, to: &str, subject: &str, path: impl Display) {
        let config = self.rocket.config();
        let origin = origin(self.rocket.figment()).ok().flatten();
        let origin = origin.unwrap_or_else(|| own_origin(config));
        let mail = format!("Mail to {to}\n  {subject}: {origin}{path}");
        if config.log_level != LogLevel::Off {
            say(Stream::Stdout, &mail);
        }
        let mut sent = self.sent.0.lock();
        if sent.len() == KEPT {
            sent.remove(0);
        }
        sent.push(mail);
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Mailbox<'r> {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let rocket = req.rocket();
        match rocket.state() {
            Some(sent) => Outcome::Success(Self { rocket, sent }),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

/// The mails that a server has sent.
pub(crate) fn sent(rocket: &Rocket<Orbit>) -> Vec<String> {
    rocket.state::<Sent>().map(|sent| sent.0.lock().clone()).unwrap_or_default()
}
