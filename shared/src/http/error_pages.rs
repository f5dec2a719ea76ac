//! The pages for errors.

use std::collections::BTreeSet;
use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::{Path, Segments, fmt};
use rocket::http::{ContentType, Header, Method, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Catcher, Orbit, Rocket, catch, catchers};
use rocket_dyn_templates::{Template, context};

use crate::http::protection;
use crate::refusal;
use crate::session::{Refused, Sessions, cookie};

/// What an error page says: a title, and what the visitor can do.
fn words(status: Status) -> (&'static str, &'static str) {
    match status.code {
        400 => ("That request makes no sense", "Go back and try again."),
        401 => ("Only for those who are logged in", "Log in and try again."),
        403 => (
            "Sent from somewhere else",
            "This change was asked for by a page of another site, or from another machine where only this one may. Nothing was changed.",
        ),
        404 => ("There is no such page", "Check the address, or begin at the first page."),
        405 => (
            "Not with this method",
            "The header Allow says with which. What changes something wants a form that is sent (POST), not a link that is followed (GET).",
        ),
        413 => (
            "Too large",
            "What was sent is larger than allowed, or would make the session so. It was not put into the session. To begin again, delete this lesson's cookie in the browser.",
        ),
        415 => (
            "Not a form",
            "This address takes what a form sends (application/x-www-form-urlencoded).",
        ),
        422 => ("Something is wrong with what was sent", "Go back and check each field."),
        429 => ("Too many tries", "Wait a minute and try again."),
        503 => (
            "Out of reach for a moment",
            "What keeps the sessions, or the data, does not answer, has too much to do or is gone. Perhaps what you asked for was done, and perhaps not: look before you send a form again. If it stays like this, the reason is in the terminal in which the lesson runs.",
        ),
        code if code < 500 => ("That did not work", "Go back and try again."),
        _ => (
            "Something broke on the server",
            "The reason is in the terminal in which the lesson runs.",
        ),
    }
}

/// Says after how many seconds it is worth another try, where it is.
fn set_retry_after(res: &mut Response<'_>, status: Status) {
    match status.code {
        429 => res.set_raw_header("Retry-After", "60"),
        503 => res.set_raw_header("Retry-After", "1"),
        _ => false,
    };
}

/// Renders the page for a status. Without templates it is plain text.
fn error_page(req: &Request<'_>, status: Status) -> (ContentType, String) {
    let (title, advice) = words(status);
    let trouble = (status == Status::BadRequest).then(|| cookie_trouble(req)).flatten();
    let (title, advice) = trouble
        .unwrap_or_else(|| (title.to_owned(), refusal::reason(req).unwrap_or(advice).to_owned()));
    let page = context! { code: status.code, title: &title, advice: &advice };
    match Template::show(req.rocket(), "error", page) {
        Some(html) => (ContentType::HTML, html),
        None => (ContentType::Plain, format!("{} {title}. {advice}\n", status.code)),
    }
}

/// Where to look for cookies in a browser.
const COOKIES: &str = "open the browser's developer tools (F12), there \u{201c}Application\u{201d} or \
    \u{201c}Storage\u{201d}, then \u{201c}Cookies\u{201d}";

/// What is wrong with the cookies of this request, and the way out, if that is why it is refused.
fn cookie_trouble(req: &Request<'_>) -> Option<(String, String)> {
    if cookie::is_dropped() {
        let title = "Your browser sent a cookie that cannot be read".to_owned();
        let advice = format!(
            "Another program on this host has set a cookie with bytes that are not UTF-8, and \
             Rocket 0.5.2 then drops all cookies that come with it. So this lesson cannot know \
             you, and nothing was changed. The way out: {COOKIES}; delete the cookies that are not \
             a lesson's, and open the page again."
        );
        return Some((title, advice));
    }
    let name = &req.rocket().state::<Sessions>()?.cookie_name;
    let many = match cookie::values(req, name).len() {
        0 | 1 => return None,
        2 => "two",
        _ => "several",
    };
    let title = format!("Your browser sent {many} cookies named {name}");
    let advice = format!(
        "Only one of them is this lesson's, and the server cannot tell which: another program on \
         this host has set the same name, or it is kept for a longer path or for a whole domain. So \
         none is trusted, and nothing was changed. The way out: {COOKIES}; delete every cookie named \
         {name}, and open the page again."
    );
    Some((title, advice))
}

/// Gives a page to a response that the session has refused, when it was too late for a catcher.
pub(crate) struct PageForRefused;

#[rocket::async_trait]
impl Fairing for PageForRefused {
    fn info(&self) -> Info {
        Info { name: "Page for a refused session", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        if res.status().code >= 400 && Refused::is(req) {
            let (content_type, body) = error_page(req, res.status());
            res.set_header(content_type);
            res.set_sized_body(body.len(), Cursor::new(body));
        }
    }
}

struct ErrorPage(Status);

impl<'r> Responder<'r, 'static> for ErrorPage {
    fn respond_to(self, req: &'r Request<'_>) -> response::Result<'static> {
        let status = match self.0 {
            // A part of the path that its handler cannot take, as in `/blog_posts/x`.
            Status::UnprocessableEntity if !req.method().supports_payload() => Status::NotFound,
            status => status,
        };
        let allowed = if status == Status::NotFound { other_methods(req) } else { BTreeSet::new() };
        let status = if allowed.is_empty() { status } else { Status::MethodNotAllowed };
        let mut res = error_page(req, status).respond_to(req)?;
        res.set_status(status);
        set_retry_after(&mut res, status);
        // Rocket answers methods that it does not know without asking any fairing.
        protection::set_headers(&mut res, &protection::UNFRAMED);
        if !allowed.is_empty() {
            let allowed = allowed.into_iter().collect::<Vec<_>>().join(", ");
            res.set_header(Header::new("Allow", allowed));
        }
        Ok(res)
    }
}

/// The methods with which there is a page at this address, if there is none with the method asked
/// for: Rocket 0.5 says 404 to both.
fn other_methods(req: &Request<'_>) -> BTreeSet<&'static str> {
    let mut methods = methods(req.rocket(), req.uri().path());
    let asked = if req.method() == Method::Head { Method::Get } else { req.method() };
    if methods.contains(asked.as_str()) {
        return BTreeSet::new();
    }
    if methods.contains("GET") {
        methods.insert("HEAD");
    }
    methods
}

/// The methods with which something answers at this path.
pub(crate) fn methods(rocket: &Rocket<Orbit>, path: Path<'_>) -> BTreeSet<&'static str> {
    let here = rocket.routes().filter(|route| matches(route.uri.path(), path.segments()));
    here.map(|route| route.method.as_str()).collect()
}

/// Whether a route's path, in which `<part>` stands for anything, is that of a request, of which Rocket
/// compares the decoded segments.
pub(crate) fn matches(route: &str, mut given: Segments<'_, fmt::Path>) -> bool {
    let mut wanted = route.split('/').filter(|part| !part.is_empty());
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), _) if part.ends_with("..>") => return true,
            (Some(part), Some(segment)) if part.starts_with('<') || part == segment => {}
            _ => return false,
        }
    }
}

#[catch(default)]
fn error(status: Status, _req: &Request<'_>) -> ErrorPage {
    ErrorPage(status)
}

/// A page for every error.
pub(crate) fn catchers() -> Vec<Catcher> {
    catchers![error]
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::mpsc;
    use std::thread;

    use rocket::fairing::AdHoc;
    use rocket::http::uri::Origin;

    use super::*;
    use crate::Session;

    /// Fails as its path says.
    #[rocket::get("/fail/<code>")]
    fn fail(code: u16) -> Status {
        Status::new(code)
    }

    #[test]
    fn every_error_has_a_page() {
        let rocket = crate::lesson("01-hello").mount("/", rocket::routes![fail]);
        let server = crate::testing::Server::start(rocket);
        for code in [400, 401, 403, 404, 413, 415, 418, 422, 429, 500, 503] {
            let answer = server.browser().get(&format!("/fail/{code}"));
            let expected = if code == 422 { 404 } else { code };
            assert_eq!(answer.status, expected);
            assert!(answer.shows(&format!("<h1><small>{expected}</small> ")), "{code}");
            assert!(answer.shows("docs/01-hello.md"), "{code}: it is a page of the lesson");
        }
    }

    #[rocket::post("/panic")]
    fn panic(session: &Session) {
        session.insert("name", "Mallory");
        panic!("a secret, on purpose")
    }

    #[test]
    fn a_panic_is_a_page_that_tells_nothing_and_the_connection_goes_on() {
        let (tell, told) = mpsc::channel();
        let tell = AdHoc::on_liftoff("Tell", move |rocket| {
            tell.send((rocket.config().port, rocket.shutdown())).expect("the test waits for it");
            Box::pin(async {})
        });
        let lesson = crate::lesson("02-name-form").attach(tell);
        let lesson = lesson.mount("/", rocket::routes![panic, fail]);
        let settings = lesson.figment().clone().merge(("port", 0)).merge(("xray", false));
        let settings = settings.merge(("log_level", "off"));
        let server = thread::spawn(|| rocket::execute(lesson.configure(settings).launch()));
        let (port, shutdown) = told.recv().expect("it launches");
        let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let requests = "POST /panic HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n\
            GET /fail/418 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        connection.write_all(requests.as_bytes()).expect("it reads");
        let mut answers = String::new();
        connection.read_to_string(&mut answers).expect("it answers");
        let (failed, next) = answers.split_once("</html>\n").expect("there are two pages");
        assert!(failed.starts_with("HTTP/1.1 500 "), "{failed}");
        assert!(failed.contains("<h1><small>500</small> Something broke on the server</h1>"));
        for secret in ["on purpose", "panicked", "pages.rs", "backtrace", "set-cookie"] {
            assert!(!failed.to_lowercase().contains(secret), "{secret}: {failed}");
        }
        assert!(next.starts_with("HTTP/1.1 418 "), "{next}");
        shutdown.notify();
        assert!(server.join().expect("the panic stayed where it was").is_ok());
    }

    #[test]
    fn a_method_that_is_not_there_is_a_405_with_those_that_are() {
        let rocket = crate::lesson("01-hello").mount("/", rocket::routes![fail]);
        let answer = crate::testing::Server::start(rocket).browser().post("/fail/200", "");
        assert_eq!((answer.status, answer.header("Allow")), (405, "GET, HEAD"));
    }

    #[test]
    fn a_route_matches_its_paths_only() {
        let matches = |route, path| {
            matches(route, Origin::parse(path).expect("it is a path").path().segments())
        };
        assert!(matches("/", "/"));
        assert!(matches("/unregister", "/unregister"));
        assert!(matches("/unregister", "//%75nregister/"));
        assert!(matches("/blog_posts/<id>", "/blog_posts/17"));
        assert!(matches("/blog_posts/<id>", "/blog_posts/1%2F7"));
        assert!(matches("/files/<path..>", "/files/a/b"));
        assert!(!matches("/unregister", "/"));
        assert!(!matches("/unregister", "/%2575nregister"));
        assert!(!matches("/blog_posts/<id>", "/blog_posts"));
        assert!(!matches("/blog_posts/<id>", "/blog_posts/17/x"));
    }
}
