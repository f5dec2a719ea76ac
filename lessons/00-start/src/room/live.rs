//! Pages that show by themselves what is new.

use std::sync::Arc;
use std::time::Duration;

use rocket::http::{ContentType, Header, Status};
use rocket::response::stream::{Event, EventStream};
use rocket::tokio::select;
use rocket::tokio::sync::watch::Receiver;
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::tokio::time::sleep;
use rocket::{Responder, Route, Shutdown, State, get, routes};
use rocket_dyn_templates::Template;
use shared::{Session, policy};

use super::member::member;
use super::{Guest, Instructor};
use crate::runs::Runs;

/// A page whose script may ask this server for events and for the page itself.
#[derive(Responder)]
pub(super) struct Live {
    page: Template,
    policy: Header<'static>,
}

impl Live {
    pub(super) fn new(page: Template) -> Self {
        let policy = format!("{}; connect-src 'self'", policy("'none'"));
        Self { page, policy: Header::new("Content-Security-Policy", policy) }
    }
}

/// How long a page is left alone after it was told of something: a class clicks faster than one reads.
const PAUSE: Duration = Duration::from_millis(700);

/// How soon a page is told all the same: minutes go by on it.
const SOON: Duration = Duration::from_secs(10);

/// Tells a page of what changes in the class, and of the lessons, until it or this program goes.
fn tell(
    mut version: Receiver<u64>,
    runs: &Runs,
    place: impl Send + 'static,
    mut end: Shutdown,
) -> EventStream![] {
    let mut lessons = runs.hear();
    EventStream! {
        let _place = place;
        loop {
            let now = *version.borrow_and_update();
            lessons.mark_unchanged();
            yield Event::data(now.to_string());
            select! {
                _ = version.changed() => {}
                _ = lessons.changed() => {}
                () = sleep(SOON) => {}
                () = &mut end => break,
            }
            select! {
                () = sleep(PAUSE) => {}
                () = &mut end => break,
            }
        }
    }
}

/// Takes one of the places for pages that are told at the same time: each holds a connection, and a system
/// has a limit.
fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Status> {
    places.clone().try_acquire_owned().map_err(|_| Status::ServiceUnavailable)
}

#[get("/room/events")]
fn of_the_board(
    _instructor: Instructor,
    guest: Guest<'_>,
    runs: &State<Runs>,
    end: Shutdown,
) -> Result<EventStream![], Status> {
    let Guest(room) = guest;
    Ok(tell(room.changes.subscribe(), runs, place(&room.places_of_boards)?, end))
}

/// Only for those who are in the room.
#[get("/join/events")]
fn of_a_learner(
    guest: Guest<'_>,
    session: &Session,
    runs: &State<Runs>,
    end: Shutdown,
) -> Result<EventStream![], Status> {
    let Guest(room) = guest;
    let own = member(&room.class(), session).map(|(_, person)| person.pages.clone());
    let places = (place(&own.ok_or(Status::Gone)?)?, place(&room.places)?);
    Ok(tell(room.news.subscribe(), runs, places, end))
}

#[get("/room.js")]
fn script() -> (ContentType, &'static str) {
    (ContentType::JavaScript, include_str!("live.js"))
}

pub(super) fn routes() -> Vec<Route> {
    routes![of_the_board, of_a_learner, script]
}
