//! From where a visitor comes, as far as limits are concerned.

use std::net::{IpAddr, Ipv6Addr};

/// The address of a household or a school: of IPv6 the first half, for the other half each machine
/// chooses itself, and may change as often as it likes.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    first_half(address).map_or_else(|| address.to_canonical(), IpAddr::V6)
}

/// The same as text, with the length of that half: `2001:db8:1:2::/64`.
pub(crate) fn household_text(address: IpAddr) -> String {
    let half = first_half(address).map(|half| format!("{half}/64"));
    half.unwrap_or_else(|| address.to_canonical().to_string())
}

fn first_half(address: IpAddr) -> Option<Ipv6Addr> {
    match address.to_canonical() {
        IpAddr::V6(whole) if !whole.is_loopback() => {
            Some(Ipv6Addr::from_bits(whole.to_bits() & !u128::from(u64::MAX)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_address() {
        let of = |text: &str| household_text(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:aaaa::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::1"), "::1");
    }

    #[test]
    fn the_text_names_the_same_household() {
        for text in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1:2:3:4:5:6", "::1"] {
            let address = text.parse().unwrap();
            let words = household_text(address);
            assert_eq!(words.trim_end_matches("/64"), household(address).to_string());
        }
    }
}
