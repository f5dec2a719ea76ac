//! Puts the X-ray into each page, and answers `/_session`.

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Cookie, SameSite};
use rocket::{Request, Response, Route, get, routes};
use rocket_dyn_templates::Template;

use super::history::History;
use super::view::{Exchange, View};
use crate::session::{Session, SessionId, Sessions, token};

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
        let path = req.uri().path();
        let is_page = res.content_type().is_some_and(|it| it.is_html());
        let is_own = path.starts_with("/_") || path.starts_with("/static/");
        let browser_cookie = format!("{}-xray", sessions.cookie_name);
        let known = token(req, &browser_cookie).and_then(|token| SessionId::parse(&token));
        let browser = known.unwrap_or_else(SessionId::random);
        if !is_own && (known.is_some() || is_page) {
            history.add(browser, Exchange::of(req, res));
        }
        if path == PATH && res.status().code == 200 {
            let view = View::of(req, sessions, history.of(browser));
            let json = serde_json::to_string_pretty(&view).unwrap_or_default() + "\n";
            res.set_header(ContentType::JSON);
            res.set_raw_header("Cache-Control", "no-store");
            res.set_sized_body(json.len(), Cursor::new(json));
        } else if is_page {
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
                let cookie = Cookie::build((browser_cookie, browser.token()))
                    .path("/")
                    .http_only(true)
                    .same_site(SameSite::Lax)
                    .secure(sessions.settings.secure);
                res.adjoin_header(cookie.build());
            }
        }
    }
}

/// The fairing writes the answer: only then it is known what became of the session.
#[get("/_session")]
fn session(_session: &Session) {}

pub(super) fn routes() -> Vec<Route> {
    routes![session]
}
