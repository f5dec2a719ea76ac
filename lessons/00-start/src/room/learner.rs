//! The page of a learner, on a phone or a laptop.

use rocket::http::uri::Host;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};
use rocket_dyn_templates::{Template, context};
use serde::Serialize;
use shared::{Clock, Session};

use super::Guest;
use super::class::done;
use super::door::{PAGE, door};
use super::live::Live;
use super::member::{act, member};
use crate::runs::Runs;

/// A lesson that a learner may visit.
#[derive(Serialize)]
struct Link {
    title: String,
    address: String,
}

/// A learner's page: the question, the lessons, and what is done; before that, the door.
#[get("/join")]
async fn page(guest: Guest<'_>, session: &Session, runs: &State<Runs>, host: &Host<'_>) -> Live {
    let lessons = links(runs, host).await;
    let class = guest.0.class();
    let Some((number, person)) = member(&class, session) else {
        return door(session, "", "");
    };
    let (name, code) = (person.name.clone(), person.code.clone());
    let is_stuck = person.stuck.is_some();
    let (asked, done) = (class.asked(Some(number)), done(&person.progress));
    drop(class);
    let messages = session.flashes();
    let room = host.to_string();
    let context = context! { name, code, is_stuck, asked, done, lessons, messages, room };
    Live::new(Template::render("00-start/learner", context))
}

async fn links(runs: &Runs, host: &Host<'_>) -> Vec<Link> {
    let started = runs.running().await.into_iter();
    let host = host.domain();
    let link = |(title, port)| Link { title, address: format!("http://{host}:{port}/") };
    started.map(link).collect()
}

#[post("/join/vote/<poll>/<round>/<choice>")]
fn vote(guest: Guest<'_>, session: &Session, poll: usize, round: usize, choice: usize) -> Redirect {
    act(&guest, session, |class, person| {
        let now = class.poll.as_mut().filter(|now| now.number == poll);
        let counts = now.is_some_and(|now| now.vote(person, round, choice));
        if !counts {
            session.flash("The vote had ended.");
        }
    });
    Redirect::to(PAGE)
}

/// Says that help is wanted, since now, or no longer.
#[post("/join/stuck/<is_stuck>")]
fn stuck(guest: Guest<'_>, session: &Session, clock: &Clock, is_stuck: bool) -> Redirect {
    act(&guest, session, |class, person| {
        if let Some(person) = class.people.get_mut(person) {
            let since = person.stuck.unwrap_or_else(|| clock.now());
            person.stuck = is_stuck.then_some(since);
        }
    });
    Redirect::to(PAGE)
}

pub(super) fn routes() -> Vec<Route> {
    routes![page, vote, stuck]
}
