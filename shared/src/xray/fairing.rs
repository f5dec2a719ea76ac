//! Puts the X-ray into each page, and answers `/_session`.

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::{Request, Response, Route, get, routes};
use rocket_dyn_templates::Template;

use super::history::{Browser, History};
use super::route_path;
use super::two;
use super::view::{Exchange, View};
use crate::session::{Outcome, Session, Sessions, token};

/// Where the X-ray stands as JSON.
const PATH: &str = "/_session";

/// Adds the panel to every page.
pub(super) struct XRay;

#[rocket::async_trait]
impl Fairing for XRay {
    fn info(&self) -> Info {
        let (name, kind) = ("X-ray", Kind::Response);
        Info { name, kind }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        let rocket = req.rocket();
        let (Some(sessions), Some(history)) =
            (rocket.state::<Sessions>(), rocket.state::<History>())
        else {
            return;
        };
        two::allow_frame(req, res);
        let path = route_path(req);
        let is_page = res.content_type().is_some_and(|it| it.is_html());
        let is_own = ["/_lesson/", two::PATH, "/static/"].iter().any(|it| path.starts_with(it));
        let known = history.browser(req, sessions);
        let browser = known.unwrap_or_else(|| Browser::new(req));
        if !is_own && path != PATH && (known.is_some() || is_page) {
            history.add(browser, Exchange::of(req, res), good_token(req, sessions));
        }
        let view = || View::of(req, sessions, history, browser);
        if path.starts_with(PATH) {
            res.set_raw_header("Cache-Control", "no-store");
        }
        if path == PATH && res.status() == Status::Ok {
            let json = serde_json::to_string_pretty(&view()).unwrap_or_default() + "\n";
            res.set_header(ContentType::JSON);
            res.set_sized_body(json.len(), Cursor::new(json));
        } else if is_page && path != two::PATH {
            add_panel(req, res, view()).await;
            if known.is_none() {
                res.adjoin_header(browser.cookie(sessions));
            }
        }
    }
}

/// Puts the panel at the foot of a page.
async fn add_panel(req: &Request<'_>, res: &mut Response<'_>, view: View) {
    let Some(panel) = Template::show(req.rocket(), "xray", view) else {
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
    let outcome = Outcome::of(req)?;
    outcome.after.as_ref()?;
    let set = outcome.cookie.as_ref().map(|cookie| cookie.value().to_owned());
    set.or_else(|| token(req, &sessions.cookie_name))
}

/// The fairing writes the answer: only then it is known what became of the session.
#[get("/_session")]
fn session(_session: &Session) {}

pub(super) fn routes() -> Vec<Route> {
    routes![session]
}
