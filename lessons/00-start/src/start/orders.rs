//! The buttons of the start page.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Route, State, post, routes};
use shared::Session;

use crate::room::{Instructor, Room};
use crate::runs::Runs;
use crate::terminal::failed;
use crate::workspace;

/// Tells the class, if there is one, and leads back to the start page.
fn done(room: &Room) -> Redirect {
    room.changed_for_all();
    Redirect::to("/")
}

/// Of the request it takes the number only, and that of a lesson only.
#[post("/start/<number>")]
async fn start_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    room: &State<Room>,
    number: &str,
) -> Redirect {
    if let Err(problem) = runs.start(number).await {
        session.flash(problem);
    }
    done(room)
}

/// It stops what was started here. Lessons that run in another terminal are not its own.
#[post("/stop/<number>")]
async fn stop_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    room: &State<Room>,
    number: &str,
) -> Redirect {
    if runs.stop(number).await {
        session.flash("It is stopped.");
    }
    done(room)
}

/// All that do not run, for a class.
#[post("/start")]
async fn start_all(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    room: &State<Room>,
) -> Result<Redirect, Status> {
    for lesson in workspace::lessons(&runs.root).map_err(failed)? {
        if let Err(problem) = runs.start(lesson.number()).await {
            session.flash(problem);
        }
    }
    Ok(done(room))
}

#[post("/stop")]
async fn stop_all(_instructor: Instructor, runs: &State<Runs>, room: &State<Room>) -> Redirect {
    runs.stop_all().await;
    done(room)
}

pub(super) fn routes() -> Vec<Route> {
    routes![start_lesson, stop_lesson, start_all, stop_all]
}
