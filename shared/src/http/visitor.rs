//! The address and the browser of a visitor.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

use crate::clock::{Clock, Timestamp};
use crate::session::household::household_text;

/// Who sent a request, as far as the request says.
///
/// ```
/// use rocket::get;
/// use shared::Visitor;
///
/// #[get("/")]
/// fn index(visitor: Visitor) -> String {
///     format!("{} from {}", visitor.browser, visitor.address)
/// }
/// ```
pub struct Visitor {
    /// The address: of IPv6 the first half, which is one household's; empty if there is none, as in
    /// tests. Behind a proxy it is what that says in the header of the setting `ip_header`.
    pub address: String,
    /// The browser in a few words, `Firefox on Linux`, as far as it says so. It may lie.
    pub browser: String,
    clock: Clock,
}

impl Visitor {
    /// The time in seconds since 1970, by the clock of the sessions. It is that of now, not of when
    /// the request came in: what a visitor sends may take its time.
    ///
    /// ```
    /// # use shared::Visitor;
    /// # fn handler(visitor: Visitor) -> u64 {
    /// visitor.now()
    /// # }
    /// ```
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let agent = req.headers().get_one("User-Agent").unwrap_or_default();
        let address = req.client_ip().map_or_else(String::new, household_text);
        let clock = req.rocket().state::<Clock>().cloned().unwrap_or_default();
        Outcome::Success(Self { address, browser: in_few_words(agent), clock })
    }
}

/// Each browser names some that come after it in this list too.
fn in_few_words(agent: &str) -> String {
    let browsers = ["Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"];
    let systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux"];
    let first_of = |names: &[&'static str]| names.iter().copied().find(|it| agent.contains(it));
    let browser = match first_of(&browsers) {
        Some("Edg") => "Edge",
        Some("OPR") => "Opera",
        other => other.unwrap_or("a browser"),
    };
    let system = first_of(&systems).map_or_else(String::new, |system| format!(" on {system}"));
    format!("{browser}{system}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rocket::get("/")]
    fn slow(visitor: Visitor, clock: &Clock) -> String {
        let begun = visitor.now();
        clock.advance(std::time::Duration::from_mins(1));
        (visitor.now() - begun).to_string()
    }

    #[test]
    fn the_time_is_that_of_now_and_not_of_the_request() {
        let rocket = rocket::build().mount("/", rocket::routes![slow]);
        let server = crate::testing::Server::start(rocket);
        assert_eq!(server.browser().get("/").body, "60");
    }

    #[test]
    fn a_browser_in_a_few_words() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("", "a browser"),
        ] {
            assert_eq!(in_few_words(agent), expected);
        }
    }
}
