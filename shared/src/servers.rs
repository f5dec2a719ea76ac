//! More than one server on one machine. [`launch`] starts one, or two of the same program; and the page
//! of each shows the parts of which the site consists, and stops and starts them: [`Parts`].
//!
//! Who stops and starts them is a program above the servers, and the setting `supervisor` says how a
//! server talks to it: `pipes` to the one that [`launch`] is where it starts two, and by its path to
//! another, which is called as `PROGRAM stop A`.

mod channel;
mod supervisor;

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::http::Status;
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::tokio::{self, time::sleep};
use rocket::{Build, Config, Rocket};
use serde::Serialize;

use self::channel::Channel;
use crate::http::host::HostName;

/// The settings: a server's name, and what stops and starts it.
const NAME: &str = "server";
const SUPERVISOR: &str = "supervisor";

/// How long a part goes on that has been told to stop on a page that needs it: the page has a style
/// sheet, which the browser asks for when it has the page.
const MOMENT: Duration = Duration::from_secs(1);

/// Launches the server that the setting `server` names. Without a name it is not a server itself, but
/// starts this program twice, as A on the port of the settings and as B on the next one, and stays with
/// them until they end.
///
/// ```no_run
/// # use rocket::{Build, Rocket};
/// fn rocket() -> Rocket<Build> {
///     shared::lesson("09-many-servers").attach(shared::servers::parts())
/// }
///
/// #[rocket::main]
/// async fn main() {
///     shared::servers::launch(rocket()).await;
/// }
/// ```
pub async fn launch(rocket: Rocket<Build>) {
    if text(rocket.figment(), NAME).is_empty() {
        supervisor::run(rocket.figment()).await;
    } else {
        // As with `#[launch]`, an error that is dropped here says why.
        let _ = rocket.launch().await;
    }
}

fn text(settings: &Figment, key: &str) -> String {
    settings.extract_inner(key).unwrap_or_default()
}

/// What lets a server know of the other parts, and [`Parts`] be a request guard.
///
/// ```
/// let rocket = rocket::build().attach(shared::servers::parts());
/// ```
#[must_use]
pub fn parts() -> AdHoc {
    AdHoc::on_ignite("Parts", |rocket| async {
        let own = text(rocket.figment(), NAME);
        let channel = Channel::open(rocket.figment());
        let listens = channel.clone();
        rocket.manage(Site { own, channel }).attach(AdHoc::on_liftoff("Supervised", |rocket| {
            Box::pin(async move { listens.listen(rocket.config().port, &rocket.shutdown()) })
        }))
    })
}

/// A part of a site: a server, or what stands before or behind the servers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// Its process, if it is up.
    pub process: Option<u32>,
    /// Its port, if visitors can go there.
    pub port: Option<u16>,
}

impl Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.process.is_some() { "up" } else { "stopped" };
        let number =
            |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |it| it.to_string());
        let (process, port) = (number(self.process), number(self.port.map(u32::from)));
        write!(f, "{} {state} {process} {port}", self.name)
    }
}

impl Part {
    /// Reads what [`Part`] displays; the columns may be wider.
    fn read(line: &str) -> Option<Self> {
        let [name, state, process, port] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let process = process.parse().ok().filter(|_| state == "up");
        Some(Self { name: name.to_owned(), process, port: port.parse().ok() })
    }
}

/// In managed state: who this server is, and the way to what stops and starts it.
struct Site {
    own: String,
    channel: Channel,
}

/// What can be done to a part: the last segment of an address, `start` or `stop`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// Starts it.
    Start,
    /// Stops it, as soon as it has answered what is under way.
    Stop,
}

impl Order {
    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

impl<'a> FromParam<'a> for Order {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        [Self::Start, Self::Stop].into_iter().find(|order| order.word() == param).ok_or(param)
    }
}

/// A request guard: the parts of the site, as this visitor may see them. It asks for no session.
///
/// ```
/// use rocket::get;
/// use rocket_dyn_templates::{Template, context};
/// use shared::servers::Parts;
///
/// #[get("/parts")]
/// async fn parts(parts: Parts<'_>) -> Template {
///     let list = parts.list().await;
///     Template::render("parts", context! { list })
/// }
/// ```
pub struct Parts<'r> {
    site: &'r Site,
    host: HostName,
    /// The port by which the visitor came.
    port: Option<u16>,
    may_order: bool,
    config: &'r Config,
}

/// What a page shows of the parts.
#[derive(Serialize)]
pub struct List {
    /// All, in the order in which a request meets them; none if nothing is known of others.
    pub parts: Vec<Part>,
    /// Ways to those that have not answered, as far as they are up and let the visitor in.
    pub others: Vec<Way>,
    /// Whether this visitor may stop and start them: only one at this machine may.
    pub may_order: bool,
}

/// A way into the site.
#[derive(Serialize)]
pub struct Way {
    /// The part to which it leads.
    pub name: String,
    /// Its address, `http://127.0.0.1:8010`.
    pub address: String,
}

impl Parts<'_> {
    /// What a page shows of the parts.
    pub async fn list(&self) -> List {
        let parts = self.site.channel.parts().await;
        let others = self.ways(&parts, |part| !self.is_on_the_way(part));
        List { parts, others, may_order: self.may_order }
    }

    /// The ways to those of the parts that are up. If the server listens for this machine only, others
    /// do not get through.
    fn ways(&self, parts: &[Part], wanted: impl Fn(&Part) -> bool) -> Vec<Way> {
        if self.config.address.is_loopback() && !self.may_order {
            return vec![];
        }
        let up = parts.iter().filter(|part| part.process.is_some() && wanted(part));
        let way = |part: &Part| {
            let address = format!("http://{}:{}", self.host.0, part.port?);
            Some(Way { name: part.name.clone(), address })
        };
        up.filter_map(way).collect()
    }

    /// Whether the page that this visitor sees comes from this part, or through it.
    fn is_on_the_way(&self, part: &Part) -> bool {
        part.name == self.site.own || part.port.is_some() && part.port == self.port
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Parts<'r> {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let Some(site) = req.rocket().state::<Site>() else {
            return Outcome::Forward(Status::InternalServerError);
        };
        let host = HostName::of(req);
        let port = req.host().and_then(rocket::http::uri::Host::port);
        let may_order = is_at_this_machine(req, &host);
        Outcome::Success(Self { site, host, port, may_order, config: req.rocket().config() })
    }
}

/// Whether the visitor is at this machine: by the address of the connection, by that which a proxy has
/// given, and by the name under which they came. Any other name, which may lead to this machine today
/// (DNS rebinding), is that of another site.
fn is_at_this_machine(req: &Request<'_>, host: &HostName) -> bool {
    let is_near = |address: IpAddr| address.to_canonical().is_loopback();
    let connection = req.remote().map(|remote: SocketAddr| remote.ip());
    host.is_local() && connection.is_some_and(is_near) && req.client_ip().is_some_and(is_near)
}

/// A request guard: a visitor who may stop and start parts. Others get a 403.
///
/// ```
/// use rocket::post;
/// use shared::servers::{Operator, Order, Outlook};
///
/// #[post("/parts/<part>/<order>")]
/// async fn steer(part: &str, order: Order, operator: Operator<'_>) -> Option<&'static str> {
///     Some(match operator.give(order, part).await? {
///         Outlook::Done => "It is done.",
///         Outlook::Soon(_) => "This is the last answer from here.",
///     })
/// }
/// ```
pub struct Operator<'r>(Parts<'r>);

/// What has become of an order.
pub enum Outlook {
    /// It is carried out.
    Done,
    /// It will be in a moment, for this answer comes from the part that goes, or through it: the ways
    /// that are left then.
    Soon(Vec<Way>),
}

impl Operator<'_> {
    /// Starts or stops a part. `None` if there is no such part.
    pub async fn give(&self, order: Order, name: &str) -> Option<Outlook> {
        let Self(parts) = self;
        let all = parts.site.channel.parts().await;
        let part = all.iter().find(|part| part.name == name)?.clone();
        let channel = parts.site.channel.clone();
        if order == Order::Stop && parts.is_on_the_way(&part) {
            let left = parts.ways(&all, |other| *other != part);
            tokio::spawn(async move {
                sleep(MOMENT).await;
                channel.give(order, &part.name).await;
            });
            return Some(Outlook::Soon(left));
        }
        channel.give(order, name).await;
        Some(Outlook::Done)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Operator<'r> {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match Parts::from_request(req).await {
            Outcome::Success(parts) if parts.may_order => Outcome::Success(Self(parts)),
            Outcome::Success(_) => Outcome::Forward(Status::Forbidden),
            other => other.map(Self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_as_it_is_written() {
        for (process, port) in [(Some(7), Some(8009)), (None, Some(8010)), (Some(7), None)] {
            let part = Part { name: "A".to_owned(), process, port };
            assert_eq!(Part::read(&part.to_string()), Some(part));
        }
        assert_eq!(Part::read("  part     state    process  port more"), None);
    }
}
