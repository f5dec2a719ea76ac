//! Puts the X-ray into each page, and answers `/_session`.

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Response, Route, get, routes};
use rocket_dyn_templates::Template;

use super::browser::Browser;
use super::exchange::Exchange;
use super::history::{History, Moment};
use super::route_path;
use super::story::changes;
use super::tokens::good_token;
use super::two;
use super::view::{Panel, View};
use crate::http::access_log::Notes;
use crate::session::{Effect, Session, Sessions, Verdict, cookie};

/// Where the X-ray stands as JSON.
const PATH: &str = "/_session";

/// Adds the panel to every page.
pub(super) struct XRay;

#[rocket::async_trait]
impl Fairing for XRay {
    fn info(&self) -> Info {
        Info { name: "X-ray", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        let rocket = req.rocket();
        let (Some(sessions), Some(history)) =
            (rocket.state::<Sessions>(), rocket.state::<History>())
        else {
            return;
        };
        let lines: Vec<_> = changes(req).iter().map(ToString::to_string).collect();
        Notes::add(req, &lines);
        two::allow_frame(req, res);
        let path = route_path(req);
        let is_page = res.content_type().is_some_and(|it| it.is_html());
        let own = ["/_lesson/", two::PATH, "/static/"];
        let is_own = path == PATH || own.iter().any(|it| path.starts_with(it));
        let browser = Browser::of(req, sessions);
        let mut moved = if is_own { None } else { history.take(browser) };
        if moved.is_some() || is_page && !is_own {
            let known = moved.get_or_insert_with(|| history.welcome());
            if Exchange::is_an_end(req) {
                known.end();
            }
            known.add(Exchange::of(req, res, sessions), moment(req, sessions));
            let next = Browser::new(req);
            history.keep(next, known.clone());
            res.adjoin_header(next.cookie(sessions));
            res.set_raw_header("Cache-Control", "no-store");
        }
        let known = moved.or_else(|| history.of(browser)).unwrap_or_default();
        Notes::say_who(req, &known.who);
        if path.starts_with(PATH) {
            res.set_raw_header("Cache-Control", "no-store");
        }
        let is_doubled = cookie::values(req, &sessions.cookie_name).len() > 1;
        if path == PATH && (res.status() == Status::Ok || is_doubled) {
            res.set_status(Status::Ok);
            let view = View::of(req, sessions, known);
            let json = serde_json::to_string_pretty(&view).unwrap_or_default() + "\n";
            res.set_header(ContentType::JSON);
            res.set_sized_body(json.len(), Cursor::new(json));
        } else if is_page && path != two::PATH {
            add_panel(req, res, Panel::of(req, sessions, known)).await;
        }
    }
}

/// Puts the panel at the foot of a page.
async fn add_panel(req: &Request<'_>, res: &mut Response<'_>, panel: Panel) {
    let Some(panel) = Template::show(req.rocket(), "xray", panel) else {
        return;
    };
    if let Ok(page) = res.body_mut().to_string().await {
        let page = page.replacen("</body>", &(panel + "</body>"), 1);
        res.set_sized_body(page.len(), Cursor::new(page));
        res.set_raw_header("Cache-Control", "no-store");
    }
}

/// What this exchange was to the session.
fn moment(req: &Request<'_>, sessions: &Sessions) -> Moment {
    let is_known = Verdict::of(req).map(|verdict| verdict == Verdict::Known);
    let Some(effect) = Effect::of(req) else {
        return Moment { is_known, now: sessions.clock.now(), ..Moment::default() };
    };
    let sent = cookie::value(req, &sessions.cookie_name);
    let is_on_the_server = sessions.settings.store.is_on_the_server();
    Moment {
        before: sent.zip(effect.before.as_ref().map(|record| record.expires)),
        after: good_token(req, sessions).zip(effect.after.as_ref().map(|record| record.expires)),
        has_new_id: effect.renewed.is_some() && is_on_the_server,
        is_known,
        now: effect.now,
    }
}

/// Asks for the session as a lesson's handler does, without being one.
struct Asked;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Asked {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, ()> {
        req.guard::<&Session>().await.map(|_| Self).map_error(|(status, _)| (status, ()))
    }
}

/// The fairing writes the answer: only then it is known what became of the session.
#[get("/_session")]
fn session(_asked: Asked) {}

pub(super) fn routes() -> Vec<Route> {
    routes![session]
}
