//! From where a visitor comes, as far as limits are concerned.

use std::net::{IpAddr, Ipv6Addr};

/// The address of a household or a school: of IPv6 the first half, for the other half each machine
/// chooses itself, and may change as often as it likes.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        address => address,
    }
}
