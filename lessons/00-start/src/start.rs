//! `cargo lesson`: the start page, which shows all lessons and starts and stops them.

mod orders;
mod page;

use std::path::Path;

use rocket::fairing::AdHoc;
use rocket::figment::providers::Serialized;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{State, get, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;

use crate::exercise;
use crate::room::{self, Exercises, Guest, Instructor, Room};
use crate::runs::Runs;
use crate::terminal::{failed, say};

/// Shows the start page until Ctrl+C. What was started on it ends with it. If it is open to a class, it
/// has the room, too.
pub fn start(root: &Path, is_open: bool) -> Result<bool, String> {
    let lesson = shared::lesson("00-start");
    // The page starts programs: it is for this machine alone, whatever the environment says, and what
    // is in the room for others looks who they are.
    let address = if is_open { "0.0.0.0" } else { "127.0.0.1" };
    let settings = lesson.figment().clone().merge(Serialized::global("address", address));
    // Nothing stands before it that could say whose a request is.
    let settings = settings.merge(Serialized::global("ip_header", false));
    let port = settings.extract_inner("port").unwrap_or(8000);
    let mut rocket = lesson.mount("/", routes![index]).mount("/", orders::routes());
    if is_open {
        let exercises = exercise::all(root)?.into_iter().flat_map(|(_, all)| all);
        rocket = rocket
            .manage(Exercises(exercises.map(|it| it.key()).collect()))
            .mount("/", routes![to_the_room])
            .mount("/", room::routes())
            .attach(greeting());
    }
    let rocket = rocket.configure(settings).manage(Room::default());
    let rocket = rocket.manage(Runs::new(root, port, is_open));
    rocket::execute(async {
        if let Ok(rocket) = rocket.launch().await
            && let Some(runs) = rocket.state::<Runs>()
        {
            runs.stop_all().await;
        }
    });
    Ok(true)
}

/// Says in the terminal how the class finds the room.
fn greeting() -> AdHoc {
    AdHoc::on_liftoff("Room", |rocket| {
        Box::pin(async move {
            if let Some(runs) = rocket.state::<Runs>() {
                say(&room::greeting(&runs.network, rocket.config().port));
            }
        })
    })
}

/// All lessons, as they are now. While one is built, the page asks again by itself.
#[get("/")]
async fn index(
    _instructor: Instructor,
    session: &Session,
    runs: &State<Runs>,
) -> Result<page::Fresh, Status> {
    let rows = page::rows(runs).await.map_err(failed)?;
    let is_building = rows.iter().any(page::Row::is_building);
    let next = exercise::next(&runs.root, None).map_err(failed)?;
    let (messages, is_open) = (session.flashes(), runs.is_open);
    let is_said_once = !messages.is_empty();
    let context = context! { rows, next, messages, is_open };
    Ok(page::Fresh::new(Template::render("00-start/index", context), is_building, is_said_once))
}

/// The others are led to where they belong.
#[get("/", rank = 2)]
fn to_the_room(_guest: Guest<'_>) -> Redirect {
    Redirect::to(uri!("/join"))
}
