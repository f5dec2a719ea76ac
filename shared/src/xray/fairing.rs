//! Puts the X-ray into each page, and answers `/_session`.

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::{Request, Response, Route, get, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::history::{Browser, History};
use super::route_path;
use super::story::changes;
use super::two;
use super::view::{Exchange, View};
use crate::http::access_log::Notes;
use crate::session::{Effect, Session, Sessions, cookie};

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
        Notes::add(req, changes(req));
        two::allow_frame(req, res);
        let path = route_path(req);
        let is_page = res.content_type().is_some_and(|it| it.is_html());
        let own = ["/_lesson/", two::PATH, "/static/"];
        let is_own = path == PATH || own.iter().any(|it| path.starts_with(it));
        let browser = Browser::of(req, sessions);
        let mut moved = if is_own { None } else { history.take(browser) };
        if moved.is_some() || is_page && !is_own {
            let known = moved.get_or_insert_default();
            if Exchange::is_an_end(req) {
                known.end();
            }
            known.add(Exchange::of(req, res), good_token(req, sessions));
            let next = Browser::new(req);
            history.keep(next, known.clone());
            res.adjoin_header(next.cookie(sessions));
            res.set_raw_header("Cache-Control", "no-store");
        }
        let known = || moved.or_else(|| history.of(browser)).unwrap_or_default();
        let view = || View::of(req, sessions, known());
        if path.starts_with(PATH) {
            res.set_raw_header("Cache-Control", "no-store");
        }
        let is_doubled = cookie::values(req, &sessions.cookie_name).len() > 1;
        if path == PATH && (res.status() == Status::Ok || is_doubled) {
            res.set_status(Status::Ok);
            let json = serde_json::to_string_pretty(&view()).unwrap_or_default() + "\n";
            res.set_header(ContentType::JSON);
            res.set_sized_body(json.len(), Cursor::new(json));
        } else if is_page && path != two::PATH {
            add_panel(req, res, view()).await;
        }
    }
}

/// What the panel shows beyond what `/_session` says.
#[derive(Serialize)]
struct Panel {
    #[serde(flatten)]
    view: View,
    picture: String,
}

/// Puts the panel at the foot of a page.
async fn add_panel(req: &Request<'_>, res: &mut Response<'_>, view: View) {
    let panel = Panel { picture: view.picture(), view };
    let Some(panel) = Template::show(req.rocket(), "xray", panel) else {
        return;
    };
    if let Ok(page) = res.body_mut().to_string().await {
        let page = page.replacen("</body>", &(panel + "</body>"), 1);
        res.set_sized_body(page.len(), Cursor::new(page));
        res.set_raw_header("Cache-Control", "no-store");
    }
}

/// The token that the browser has after this answer, if there is a session behind it.
pub(super) fn good_token(req: &Request<'_>, sessions: &Sessions) -> Option<String> {
    let effect = Effect::of(req)?;
    effect.after.as_ref()?;
    let set = effect.cookie.as_ref().map(|cookie| cookie.value().to_owned());
    set.or_else(|| cookie::value(req, &sessions.cookie_name))
}

/// The fairing writes the answer: only then it is known what became of the session.
#[get("/_session")]
fn session(_session: &Session) {}

pub(super) fn routes() -> Vec<Route> {
    routes![session]
}
