//! The buttons of the start page.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Route, State, post, routes, uri};
use shared::Session;

use crate::room::Instructor;
use crate::runs::Runs;
use crate::terminal::failed;
use crate::workspace;

/// Of the request it takes the number only, and that of a lesson only.
#[post("/start/<number>")]
async fn start_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    number: &str,
) -> Redirect {
    if let Err(problem) = runs.start(number).await {
        session.flash(problem);
    }
    Redirect::to(uri!("/"))
}

/// It stops what was started here. Lessons that run in another terminal are not its own.
#[post("/stop/<number>")]
async fn stop_lesson(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
    number: &str,
) -> Redirect {
    if runs.stop(number).await {
        session.flash("It is stopped.");
    }
    Redirect::to(uri!("/"))
}

/// All that do not run, for a class.
#[post("/start")]
async fn start_all(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
) -> Result<Redirect, Status> {
    for lesson in workspace::lessons(&runs.root).map_err(failed)? {
        if let Err(problem) = runs.start(lesson.number()).await {
            session.flash(problem);
        }
    }
    Ok(Redirect::to(uri!("/")))
}

#[post("/stop")]
async fn stop_all(_instructor: Instructor, runs: &State<Runs>) -> Redirect {
    runs.stop_all().await;
    Redirect::to(uri!("/"))
}

pub(super) fn routes() -> Vec<Route> {
    routes![start_lesson, stop_lesson, start_all, stop_all]
}
