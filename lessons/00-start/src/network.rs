//! This machine in its networks.

use std::net::{IpAddr, Ipv4Addr};

use shared::addresses_of_this_machine;

/// The addresses at which phones find this machine, the likeliest first. They are asked for each time:
/// a laptop changes its network.
#[must_use]
pub fn addresses() -> Vec<IpAddr> {
    let all = addresses_of_this_machine().into_iter();
    all.filter(|it| it.is_ipv4() && !it.is_loopback()).collect()
}

/// The likeliest of them, or that of this machine by itself.
#[must_use]
pub fn likeliest() -> IpAddr {
    addresses().first().copied().unwrap_or(Ipv4Addr::LOCALHOST.into())
}
