//! Puts the X-ray into each page, and answers `/_session`.

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Cookie, SameSite};
use rocket::{Request, Response, Route, get, routes};
use rocket_dyn_templates::Template;

use super::history::History;
use super::view::{Exchange, View};
use super::{browser, browser_cookie, two};
use crate::session::{Outcome, Session, SessionId, Sessions, token};

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
        let path = req.uri().path();
        let is_page = res.content_type().is_some_and(|it| it.is_html());
        let is_own = ["/_lesson/", "/_two", "/static/"].iter().any(|it| path.starts_with(it))
            || path == PATH;
        let known = browser(req);
        let browser = known.unwrap_or_else(SessionId::random);
        if !is_own && (known.is_some() || is_page) {
            history.add(browser, Exchange::of(req, res), good_token(req, sessions));
        }
        if path.starts_with(PATH) {
            res.set_raw_header("Cache-Control", "no-store");
        }
        if path == PATH && res.status().code == 200 {
            let view = View::of(req, sessions, history.of(browser));
            let json = serde_json::to_string_pretty(&view).unwrap_or_default() + "\n";
            res.set_header(ContentType::JSON);
            res.set_sized_body(json.len(), Cursor::new(json));
        } else if is_page && path != "/_two" {
            let view = View::of(req, sessions, history.of(browser));
            let (Some(panel), Ok(page)) =
                (Template::show(rocket, "xray", view), res.body_mut().to_string().await)
            else {
                return;
            };
            let page = page.replacen("</body>", &(panel + "</body>"), 1);
            res.set_sized_body(page.len(), Cursor::new(page));
            res.set_raw_header("Cache-Control", "no-store");
            if known.is_none() {
                let cookie = Cookie::build((browser_cookie(sessions), browser.token()))
                    .path("/")
                    .http_only(true)
                    .same_site(SameSite::Lax)
                    .secure(sessions.settings.secure);
                res.adjoin_header(cookie.build());
            }
        }
    }
}

/// The token that the browser has after this answer, if there is a session behind it.
fn good_token(req: &Request<'_>, sessions: &Sessions) -> Option<String> {
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
