//! Where this server is: the host by which the browser reached it, its own address, and those at which
//! other machines find it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use if_addrs::{IfOperStatus, Interface, get_if_addrs};
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

    /// Whether it means the machine on which the browser runs, whatever machine that is.
    pub(crate) fn is_local(&self) -> bool {
        let name = self.0.trim_matches(['[', ']']).to_ascii_lowercase();
        let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
        name.parse()
            .map_or_else(|_| name == "localhost" || name.ends_with(".localhost"), is_loopback)
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

/// The addresses at which other machines find the server, if it listens at all of this one. At all
/// addresses of IPv6 means those of IPv4 too, but on Windows.
pub(crate) fn addresses_for_others(config: &Config) -> Vec<IpAddr> {
    if !config.address.is_unspecified() {
        return vec![];
    }
    let listens_at = |address: &IpAddr| match config.address {
        IpAddr::V4(_) => address.is_ipv4(),
        IpAddr::V6(_) => address.is_ipv6() || !cfg!(windows),
    };
    let all = addresses_of_this_machine().into_iter();
    all.filter(|address| !address.is_loopback() && listens_at(address)).collect()
}

/// The addresses of this machine in its networks and by itself, those of IPv4 first; none if the
/// system does not tell.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// assert!(shared::addresses_of_this_machine().contains(&Ipv4Addr::LOCALHOST.into()));
/// ```
#[must_use]
pub fn addresses_of_this_machine() -> Vec<IpAddr> {
    use IfOperStatus::{Down, LowerLayerDown, NotPresent};
    let all = get_if_addrs().unwrap_or_default();
    let usable =
        all.iter().filter(|it| ![Down, LowerLayerDown, NotPresent].contains(&it.oper_status));
    // A browser cannot say through which cable it means a link-local address.
    let mut found: Vec<_> = usable.filter(|it| !it.is_link_local()).map(Interface::ip).collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Config {
        Config { address: address.parse().unwrap(), ..Config::debug_default() }
    }

    #[test]
    fn others_find_the_server_only_where_it_listens() {
        assert!(addresses_for_others(&at("127.0.0.1")).is_empty());
        let of_ipv4 = addresses_for_others(&at("0.0.0.0"));
        assert!(of_ipv4.iter().all(|it| it.is_ipv4() && !it.is_loopback()), "{of_ipv4:?}");
        let all = addresses_for_others(&at("::"));
        assert!(all.iter().all(|it| !it.is_loopback()), "{all:?}");
        assert!(cfg!(windows) || of_ipv4.iter().all(|it| all.contains(it)), "{all:?}");
    }

    #[test]
    fn the_machine_knows_its_own_addresses() {
        assert!(addresses_of_this_machine().contains(&Ipv4Addr::LOCALHOST.into()));
    }
}
