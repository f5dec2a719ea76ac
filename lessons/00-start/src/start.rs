//! `cargo lesson`: the start page, which shows all lessons and starts and stops them.

mod host;
mod page;
mod runs;

use std::path::Path;

use rocket::figment::providers::Serialized;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;

use self::host::OwnHost;
use self::runs::Runs;
use crate::exercise;
use crate::terminal::say;

/// Shows the start page until Ctrl+C. What was started on it ends with it.
pub fn start(root: &Path) -> Result<bool, String> {
    let lesson = shared::lesson("00-start");
    // The page starts programs: it is for this machine alone, whatever the environment says.
    let settings = lesson.figment().clone().merge(Serialized::global("address", "127.0.0.1"));
    let port = settings.extract_inner("port").unwrap_or(8000);
    let rocket = lesson
        .configure(settings)
        .manage(Runs::new(root, port))
        .mount("/", routes![index, start_lesson, stop_lesson]);
    rocket::execute(async {
        if let Ok(rocket) = rocket.launch().await
            && let Some(runs) = rocket.state::<Runs>()
        {
            runs.stop_all().await;
        }
    });
    Ok(true)
}

/// All lessons, as they are now. While one is built, the page asks again by itself.
#[get("/")]
async fn index(
    _host: OwnHost,
    session: &Session,
    runs: &State<Runs>,
) -> Result<page::Fresh, Status> {
    let rows = page::rows(runs).await.map_err(report)?;
    let is_building = rows.iter().any(page::Row::is_building);
    let next = exercise::next(&runs.root, None).map_err(report)?;
    let messages = session.flashes();
    let template = Template::render("00-start/index", context! { rows, next, messages });
    Ok(page::Fresh::new(template, is_building))
}

/// Something is wrong with a file of the workspace: the terminal says what.
fn report(problem: String) -> Status {
    say(&problem);
    Status::InternalServerError
}

/// Of the request it takes the number only, and that of a lesson only.
#[post("/start/<number>")]
async fn start_lesson(
    _host: OwnHost,
    session: &Session,
    runs: &State<Runs>,
    number: &str,
) -> Redirect {
    if let Err(problem) = runs.start(number).await {
        session.flash(problem);
    }
    Redirect::to(uri!(index))
}

/// It stops what was started here. Lessons that run in another terminal are not its own.
#[post("/stop/<number>")]
async fn stop_lesson(
    _host: OwnHost,
    session: &Session,
    runs: &State<Runs>,
    number: &str,
) -> Redirect {
    if runs.stop(number).await {
        session.flash("It is stopped.");
    }
    Redirect::to(uri!(index))
}
