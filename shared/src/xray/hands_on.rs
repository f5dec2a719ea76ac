//! The X-ray's buttons: what one can do to one's own session to see what happens.

use rocket::http::uri::{Absolute, Reference};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{FromForm, Route, post, routes, uri};

use super::Settings;
use super::browser::Browser;
use super::experiment::{Expected, Idea};
use super::history::{History, Known};
use super::story::{clock, note};
use super::tokens::Next;
use crate::form::Form;
use crate::http::error_pages;
use crate::session::{Sessions, StoreError, cookie, in_time};

/// Whoever presses a button: from this machine, unless the setting `xray_remote` is true.
struct Visitor<'r> {
    req: &'r Request<'r>,
    sessions: &'r Sessions,
    jar: &'r CookieJar<'r>,
    history: &'r History,
}

/// Whether this visitor may use the buttons.
pub(super) fn is_allowed(req: &Request<'_>) -> bool {
    let is_near = req.client_ip().is_some_and(|address| address.to_canonical().is_loopback());
    is_near || req.rocket().state().is_some_and(|settings: &Settings| settings.remote)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        if !is_allowed(req) {
            return Outcome::Forward(Status::Forbidden);
        }
        match (req.rocket().state(), req.rocket().state()) {
            (Some(sessions), Some(history)) => {
                Outcome::Success(Self { req, sessions, jar: req.cookies(), history })
            }
            _ => Outcome::Forward(Status::NotFound),
        }
    }
}

impl Visitor<'_> {
    fn token(&self) -> Option<String> {
        cookie::value(self.req, &self.sessions.cookie_name)
    }

    fn browser(&self) -> Option<Browser> {
        Browser::of(self.req, self.sessions)
    }

    fn known(&self) -> Known {
        self.history.of(self.browser()).unwrap_or_default()
    }

    /// Remembers what the button does, and what its visitor expects of it.
    fn begin(&self, idea: Idea, expected: Option<Expected>, change: impl FnOnce(&mut Known)) {
        self.history.change(self.browser(), |known| {
            known.begin(idea, expected);
            change(known);
        });
    }

    fn set(&self, token: String) {
        self.jar.add(cookie::cookie(self.sessions, token, None));
    }

    /// Back to the verdict: on the page where the button was pressed, if it can be opened.
    fn back(&self) -> Redirect {
        let referer = self.req.headers().get_one("Referer").unwrap_or_default();
        let page = Absolute::parse(referer).ok().and_then(|url| {
            let path = url.path().to_string();
            let can_be_opened = error_pages::methods(self.req.rocket(), url.path()).contains("GET");
            let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
            can_be_opened.then(|| path + &query)
        });
        let page = page.filter(|page| page.starts_with('/') && !page.starts_with("//"));
        let page = page.unwrap_or_else(|| "/".to_owned()) + "#verdict";
        Redirect::to(Reference::parse_owned(page).unwrap_or_else(|_| uri!("/").into()))
    }

    fn note(&self, text: &str) {
        note(self.req, format!("cookie {} {text}", self.sessions.cookie_name));
    }
}

/// What the visitor expects, if they were asked.
#[derive(FromForm)]
struct Expectation {
    expect: Option<Expected>,
}

type Answered = Option<Form<Expectation>>;

fn expected(form: Answered) -> Option<Expected> {
    form.and_then(|form| form.expect)
}

/// What has happened to the token that the browser had.
fn next(what: &str) -> Next {
    Next { what: what.to_owned(), change: None }
}

/// Changes a character near the end of the cookie, where the picture shows it.
#[post("/_session/change", data = "<form>")]
fn change(visitor: Visitor<'_>, form: Answered) -> Redirect {
    if let Some(token) = visitor.token() {
        let mut letters: Vec<_> = token.chars().collect();
        let near_end = letters.len().saturating_sub(4);
        if let Some(letter) = letters.get_mut(near_end) {
            *letter = if *letter == 'A' { 'B' } else { 'A' };
        }
        let changed: String = letters.into_iter().collect();
        visitor.begin(Idea::Change, expected(form), |known| {
            known.tokens.lose(Some(next("you changed it")));
            known.tokens.change(changed.clone(), visitor.sessions.clock.now());
        });
        visitor.set(changed);
        visitor.note("changed by hand");
    }
    visitor.back()
}

#[derive(FromForm)]
struct Choice {
    /// The number of the cookie, or else the latest that the browser has lost.
    which: Option<usize>,
    expect: Option<Expected>,
}

/// Gives the browser a good cookie again that it no longer has.
#[post("/_session/restore", data = "<form>")]
fn restore(visitor: Visitor<'_>, form: Option<Form<Choice>>) -> Redirect {
    let known = visitor.known();
    let (which, expect) = form.map_or((None, None), |form| (form.which, form.expect));
    let now = visitor.token();
    if let Some(token) = known.tokens.find_lost(which, now.as_deref()) {
        let idea = known.restore();
        visitor.begin(idea, expect, |_| {});
        visitor.set(token.to_owned());
        visitor.note("brought back by hand");
    }
    visitor.back()
}

/// Takes the cookie out of the browser; the server learns nothing of it.
#[post("/_session/forget", data = "<form>")]
fn forget(visitor: Visitor<'_>, form: Answered) -> Redirect {
    visitor.begin(Idea::Forget, expected(form), |known| {
        known.tokens.lose(Some(next("you forgot it")));
    });
    visitor.jar.add(cookie::removal(visitor.sessions));
    visitor.note("forgotten by hand");
    visitor.back()
}

#[derive(FromForm)]
struct Age {
    #[field(validate = range(1..=400 * 86_400))]
    seconds: u64,
    expect: Option<Expected>,
}

/// Makes the session as old as if so many seconds had passed without a visit.
#[post("/_session/age", data = "<form>")]
async fn age(visitor: Visitor<'_>, form: Form<Age>) -> Result<Redirect, Status> {
    in_time(older(&visitor, form.seconds)).await.map_err(|error| error.status())?;
    let now = visitor.sessions.clock.now();
    visitor.begin(Idea::Age, form.expect, |known| known.age(form.seconds, now));
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
            note(visitor.req, format!("time passed by hand: {}", clock(seconds)));
            break;
        }
    }
    Ok(())
}

pub(super) fn routes() -> Vec<Route> {
    routes![change, restore, forget, age]
}
