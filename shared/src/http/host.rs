//! Where this server is: the host by which the browser reached it, and its own address.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rocket::Config;
use rocket::request::{FromRequest, Outcome, Request};

/// Its name without the port, by which cookies go; `127.0.0.1` if the browser gave none.
pub(crate) struct HostName(pub(crate) String);

impl HostName {
    pub(crate) fn of(req: &Request<'_>) -> Self {
        let name = req.host().map(|host| host.domain().to_string());
        let name = name.filter(|name| !name.is_empty());
        Self(name.unwrap_or_else(|| "127.0.0.1".to_owned()))
    }
}

/// The port by which the browser reached this server: `cargo lesson` may stand between.
pub(crate) struct Port(pub(crate) u16);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Port {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let named = req.host().and_then(rocket::http::uri::Host::port);
        Outcome::Success(Self(named.unwrap_or(req.rocket().config().port)))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HostName {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(req))
    }
}

/// Where a browser on this machine finds the server: `http://127.0.0.1:8001`.
pub(crate) fn own_origin(config: &Config) -> String {
    format!("http://{}", SocketAddr::new(own_address(config), config.port))
}

/// The address at which a browser on this machine finds the server.
pub(crate) fn own_address(config: &Config) -> IpAddr {
    match config.address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}
