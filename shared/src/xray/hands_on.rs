//! The X-ray's buttons: what one can do to one's own session to see what happens.

use rocket::form::Form;
use rocket::http::uri::{Absolute, Origin};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{FromForm, Route, State, post, routes, uri};

use super::history::History;
use super::is_remote_allowed;
use crate::session::{Sessions, StoreError, cookie, removal, token};

/// Whoever presses a button: from this machine, unless the setting `xray_remote` is true.
struct Visitor<'r> {
    req: &'r Request<'r>,
    sessions: &'r Sessions,
    jar: &'r CookieJar<'r>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let is_near = req.remote().is_some_and(|remote| remote.ip().to_canonical().is_loopback());
        if !is_near && !is_remote_allowed(req.rocket().figment()).unwrap_or(false) {
            return Outcome::Forward(Status::Forbidden);
        }
        match req.rocket().state() {
            Some(sessions) => Outcome::Success(Self { req, sessions, jar: req.cookies() }),
            None => Outcome::Forward(Status::NotFound),
        }
    }
}

impl Visitor<'_> {
    fn token(&self) -> Option<String> {
        token(self.req, &self.sessions.cookie_name)
    }

    fn set(&self, token: String) {
        self.jar.add(cookie(self.sessions, token, None));
    }

    /// Back to the page on which the button is.
    fn back(&self) -> Redirect {
        let referer = self.req.headers().get_one("Referer").unwrap_or_default();
        let path = Absolute::parse(referer).ok().map(|url| url.path().to_string());
        let path = path.filter(|path| path.starts_with('/') && !path.starts_with("//"));
        let page = path.and_then(|path| Origin::parse_owned(path).ok());
        Redirect::to(page.unwrap_or_else(|| uri!("/")))
    }
}

/// Changes a character in the middle of the cookie.
#[post("/_session/change")]
fn change(visitor: Visitor<'_>) -> Redirect {
    if let Some(token) = visitor.token() {
        let mut letters: Vec<_> = token.chars().collect();
        let middle = letters.len() / 2;
        if let Some(letter) = letters.get_mut(middle) {
            *letter = if *letter == 'A' { 'B' } else { 'A' };
        }
        visitor.set(letters.into_iter().collect());
    }
    visitor.back()
}

/// Gives the browser the last good cookie again that it no longer has.
#[post("/_session/restore")]
fn restore(visitor: Visitor<'_>, history: &State<History>) -> Redirect {
    let lost = |browser| history.lost_token(browser, visitor.token().as_deref());
    if let Some(token) = history.browser(visitor.req, visitor.sessions).and_then(lost) {
        visitor.set(token);
    }
    visitor.back()
}

/// Takes the cookie out of the browser; the server learns nothing of it.
#[post("/_session/forget")]
fn forget(visitor: Visitor<'_>) -> Redirect {
    visitor.jar.add(removal(visitor.sessions));
    visitor.back()
}

#[derive(FromForm)]
struct Age {
    #[field(validate = range(1..=400 * 86_400))]
    seconds: u64,
}

/// Makes the session as old as if so many seconds had passed without a visit.
#[post("/_session/age", data = "<form>")]
async fn age(visitor: Visitor<'_>, form: Form<Age>) -> Result<Redirect, (Status, ())> {
    let aged = older(&visitor, form.seconds).await;
    aged.map_err(|error| (error.status(), ()))?;
    Ok(visitor.back())
}

async fn older(visitor: &Visitor<'_>, seconds: u64) -> Result<(), StoreError> {
    let store = &visitor.sessions.store;
    let Some(token) = visitor.token() else {
        return Ok(());
    };
    while let Some(seen) = store.load(&token).await? {
        let mut next = seen.clone();
        next.created = next.created.saturating_sub(seconds);
        next.expires = next.expires.saturating_sub(seconds);
        if let Some(token) = store.replace(&token, &seen, next, false).await? {
            visitor.set(token);
            break;
        }
    }
    Ok(())
}

pub(super) fn routes() -> Vec<Route> {
    routes![change, restore, forget, age]
}
