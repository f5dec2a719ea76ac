//! For the tests of a lesson: a server whose clock stands still, and browsers that visit it.
//!
//! ```
//! use rocket::{get, routes};
//! use shared::testing::Server;
//!
//! #[get("/")]
//! fn index() -> &'static str {
//!     "Hello from Rocket!"
//! }
//!
//! let server = Server::start(rocket::build().mount("/", routes![index]));
//! let (ferris, corro) = (server.browser(), server.browser());
//! assert!(ferris.get("/").shows("Hello"));
//! assert_eq!(corro.get("/nowhere").status, 404);
//! ```

#[cfg(feature = "database")]
mod database;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rocket::figment::Figment;
use rocket::http::uri::Host;
use rocket::http::{ContentType, Cookie, Header, Method};
use rocket::local::blocking::{Client, LocalResponse};
use rocket::{Build, Rocket};
use tempfile::TempDir;

use crate::clock::{Clock, Timestamp};
use crate::config::secret::settings_and_secrets;
use crate::launch::lesson;
use crate::session::Sessions;
use crate::session::store::{self, Store};
pub use crate::xray::picture::{Picture, Step};

/// Opens the store that the settings name, as a server would that has them.
///
/// # Errors
///
/// What is wrong with the settings, or why the store cannot be opened, in words.
///
/// ```
/// use rocket::figment::Figment;
/// use shared::session::Record;
/// use shared::testing::open_store;
///
/// # rocket::async_test(async {
/// let settings = Figment::from(rocket::Config::debug_default());
/// let store = open_store(&settings.merge(("session.store", "memory"))).await?;
/// let token = store.create(Record::default()).await.unwrap();
/// assert_eq!(store.load(&token).await, Ok(Some(Record::default())));
/// # Ok::<(), String>(())
/// # }).unwrap();
/// ```
pub async fn open_store(settings: &Figment) -> Result<Arc<dyn Store>, String> {
    let (settings, secrets) = settings_and_secrets(settings)?;
    store::open(&settings, &secrets.newest_first, Clock::default()).await
}

/// Reads all settings as a lesson does when it starts, without opening anything.
///
/// # Errors
///
/// What is wrong with them, in words.
///
/// ```
/// use rocket::figment::Figment;
/// use shared::testing::check_settings;
///
/// let settings = Figment::from(rocket::Config::debug_default());
/// assert_eq!(check_settings(&settings), Ok(()));
/// let problem = check_settings(&settings.merge(("session.lifetime", "soon"))).unwrap_err();
/// assert!(problem.starts_with("session.lifetime"));
/// ```
pub fn check_settings(settings: &Figment) -> Result<(), String> {
    lesson::check(settings)
}

/// A server without a port and with a folder of its own for its files, in which time passes only
/// when the test says so.
pub struct Server {
    client: Client,
    clock: Clock,
    /// Where it keeps its files; it goes with the server.
    _data: TempDir,
}

impl Server {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// If Rocket refuses to launch it.
    #[must_use]
    pub fn start(rocket: Rocket<Build>) -> Self {
        let clock = Clock::manual(1_800_000_000);
        let data = tempfile::tempdir().expect("there is a folder for temporary files");
        let settings = rocket.figment().clone().merge(("log_level", "off")).merge(("xray", false));
        let settings = settings.merge(("data_dir", data.path()));
        #[cfg(feature = "database")]
        let settings = database::of_its_own(settings, data.path());
        let rocket = rocket.configure(settings);
        let client = Client::untracked(rocket.manage(clock.clone())).expect("it launches");
        Self { client, clock, _data: data }
    }

    /// The mails that the server has sent, the oldest first.
    #[cfg(feature = "database")]
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        crate::http::mailbox::sent(self.client.rocket())
    }

    /// Whether the server keeps its sessions itself. If not, the cookies are the sessions, and a copy
    /// of one is good until its time is up.
    #[must_use]
    pub fn keeps_sessions(&self) -> bool {
        let sessions = self.client.rocket().state::<Sessions>();
        sessions.is_some_and(|sessions| sessions.settings.store.is_on_the_server())
    }

    /// Opens a browser with a cookie jar of its own.
    #[must_use]
    pub fn browser(&self) -> Browser<'_> {
        Browser { server: self, jar: RefCell::default(), address: None }
    }

    /// Opens a browser at an address of its own.
    #[must_use]
    pub fn browser_at(&self, address: IpAddr) -> Browser<'_> {
        Browser { address: Some(address), ..self.browser() }
    }

    /// Lets time pass, for the server and for the browsers.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
    }
}

/// A visitor's browser. It keeps cookies for as long as they say, and follows no redirect by itself.
pub struct Browser<'s> {
    server: &'s Server,
    jar: RefCell<BTreeMap<String, Kept>>,
    address: Option<IpAddr>,
}

/// A cookie's value, and until when it is kept.
struct Kept {
    value: String,
    until: Timestamp,
}

impl Browser<'_> {
    /// Opens a page.
    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::Get, path, None, None)
    }

    /// Asks for the head of a page only.
    pub fn head(&self, path: &str) -> Answer {
        self.send(Method::Head, path, None, None)
    }

    /// Opens a page with one more header.
    pub fn get_with(&self, header: (&'static str, &'static str), path: &str) -> Answer {
        self.send(Method::Get, path, None, Some(Header::new(header.0, header.1)))
    }

    /// Sends a form; `fields` are written like `name=Ferris&age=7`.
    pub fn post(&self, path: &str, fields: &str) -> Answer {
        self.send(Method::Post, path, Some(fields), None)
    }

    /// Sends a form with a header that a page of another origin would cause.
    pub fn post_from(
        &self,
        header: (&'static str, &'static str),
        path: &str,
        fields: &str,
    ) -> Answer {
        self.send(Method::Post, path, Some(fields), Some(Header::new(header.0, header.1)))
    }

    /// The value of the one cookie that it has, `None` if it has none.
    ///
    /// # Panics
    ///
    /// If it has more than one.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        let mut jar = self.jar.borrow_mut();
        jar.retain(|_, kept| kept.until > self.server.clock.now());
        assert!(jar.len() < 2, "one cookie is enough for a session");
        jar.values().next().map(|kept| kept.value.clone())
    }

    /// Gives it a cookie, such as a copy of another browser's.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let kept = Kept { value: value.to_owned(), until: Timestamp::MAX };
        self.jar.borrow_mut().insert(name.to_owned(), kept);
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        form: Option<&str>,
        header: Option<Header<'static>>,
    ) -> Answer {
        let mut request = self.server.client.req(method, path);
        if let Some(address) = self.address {
            request = request.remote(SocketAddr::new(address, 50_000));
            request.set_host(Host::from(rocket::uri!("127.0.0.1")));
        }
        if let Some(fields) = form {
            request = request.header(ContentType::Form).body(fields);
        }
        // Every browser names the host; another one takes its place.
        request = request.header(Header::new("Host", "127.0.0.1"));
        if let Some(header) = header {
            request.replace_header(header);
        }
        let now = self.server.clock.now();
        for (name, kept) in &*self.jar.borrow() {
            if kept.until > now {
                request = request.cookie((name.clone(), kept.value.clone()));
            }
        }
        let answer = Answer::of(request.dispatch());
        for line in answer.headers("Set-Cookie") {
            self.keep(line, now);
        }
        answer
    }

    fn keep(&self, line: &str, now: Timestamp) {
        let Ok(cookie) = Cookie::parse_encoded(line.to_owned()) else {
            return;
        };
        let seconds = cookie.max_age().map(|age| age.whole_seconds().try_into().unwrap_or(0));
        let until = seconds.map_or(Timestamp::MAX, |seconds: u64| now + seconds);
        let kept = Kept { value: cookie.value().to_owned(), until };
        self.jar.borrow_mut().insert(cookie.name().to_owned(), kept);
    }
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The page.
    pub body: String,
    headers: Vec<(String, String)>,
}

impl Answer {
    fn of(response: LocalResponse<'_>) -> Self {
        let pair = |header: Header<'_>| (header.name.to_string(), header.value.to_string());
        Self {
            status: response.status().code,
            location: response.headers().get_one("Location").map(str::to_owned),
            headers: response.headers().iter().map(pair).collect(),
            body: response.into_string().unwrap_or_default(),
        }
    }

    /// Whether the page has this text in it.
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// Whether it redirects to `path` as one does after a POST (303).
    #[must_use]
    pub fn redirects_to(&self, path: &str) -> bool {
        self.status == 303 && self.location.as_deref() == Some(path)
    }

    /// The lines of a header, by its name in any case.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The one line of a header; empty if there is none.
    ///
    /// # Panics
    ///
    /// If there are more.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let lines = self.headers(name);
        assert!(lines.len() < 2, "{name} stands there once: {lines:?}");
        lines.first().copied().unwrap_or_default()
    }
}
