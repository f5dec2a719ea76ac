//! The buttons of the start page.

use std::convert::Infallible;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{Route, State, post, routes};
use shared::Session;

use super::report;
use crate::room::{Instructor, Room};
use crate::runs::Runs;
use crate::workspace;

/// The class that sees what runs, if the room is open.
struct Visited<'r>(Option<&'r Room>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visited<'r> {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(req.rocket().state()))
    }
}

/// Tells the class, and leads back to the start page.
fn done(visited: &Visited<'_>) -> Redirect {
    if let Some(room) = visited.0 {
        room.changed_for_all();
    }
    Redirect::to("/")
}

/// Of the request it takes the number only, and that of a lesson only.
#[post("/start/<number>")]
async fn start_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    visited: Visited<'_>,
    number: &str,
) -> Redirect {
    if let Err(problem) = runs.start(number).await {
        session.flash(problem);
    }
    done(&visited)
}

/// It stops what was started here. Lessons that run in another terminal are not its own.
#[post("/stop/<number>")]
async fn stop_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    visited: Visited<'_>,
    number: &str,
) -> Redirect {
    if runs.stop(number).await {
        session.flash("It is stopped.");
    }
    done(&visited)
}

/// All that do not run, for a class.
#[post("/start")]
async fn start_all(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    visited: Visited<'_>,
) -> Result<Redirect, Status> {
    for lesson in workspace::lessons(&runs.root).map_err(report)? {
        if let Err(problem) = runs.start(lesson.number()).await {
            session.flash(problem);
        }
    }
    Ok(done(&visited))
}

#[post("/stop")]
async fn stop_all(_instructor: Instructor, runs: &State<Runs>, visited: Visited<'_>) -> Redirect {
    runs.stop_all().await;
    done(&visited)
}

pub(super) fn routes() -> Vec<Route> {
    routes![start_lesson, stop_lesson, start_all, stop_all]
}
