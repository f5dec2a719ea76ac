//! This machine in its networks.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use parking_lot::Mutex;
use shared::addresses_of_this_machine;

/// By which addresses phones find this machine.
#[derive(Default)]
pub struct Network {
    /// That of the class's network, if the instructor has said which it is.
    chosen: Mutex<Option<IpAddr>>,
}

impl Network {
    /// All of them: the chosen one first, or else the likeliest. They are asked for each time: a laptop
    /// changes its network.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        let all = addresses_of_this_machine().into_iter();
        let all = all.filter(|it| it.is_ipv4() && !it.is_loopback()).collect();
        in_order(all, [*self.chosen.lock(), on_the_way_out()])
    }

    /// The first of them, or that of this machine by itself.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.addresses().first().copied().unwrap_or(Ipv4Addr::LOCALHOST.into())
    }

    /// Chooses the one in the network of the class.
    pub fn choose(&self, address: IpAddr) {
        *self.chosen.lock() = Some(address);
    }
}

/// These first, if they are among them.
fn in_order(mut all: Vec<IpAddr>, first: [Option<IpAddr>; 2]) -> Vec<IpAddr> {
    all.sort_by_key(|it| first.map(|one| one != Some(*it)));
    all
}

/// The address that this machine has on its way to other networks, if it knows a way. Phones are there,
/// too; they are not in the networks of its containers and virtual machines. Nothing is sent: UDP only
/// looks up the way.
fn on_the_way_out() -> Option<IpAddr> {
    let anywhere = Ipv4Addr::new(198, 51, 100, 1);
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((anywhere, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_address_is_the_first_one_then_the_likeliest() {
        let [containers, class, tunnel, gone] =
            [1, 2, 3, 4].map(|at| IpAddr::from([198, 51, 100, at]));
        let all = vec![containers, class, tunnel];
        for (chosen, likely, expected) in [
            (None, None, [containers, class, tunnel]),
            (None, Some(class), [class, containers, tunnel]),
            (Some(tunnel), Some(class), [tunnel, class, containers]),
            (Some(gone), Some(class), [class, containers, tunnel]),
        ] {
            assert_eq!(in_order(all.clone(), [chosen, likely]), expected);
        }
    }

    #[test]
    fn an_address_is_chosen_while_it_is_there() {
        let network = Network::default();
        let before = network.addresses();
        network.choose([198, 51, 100, 7].into());
        assert_eq!(network.addresses(), before, "it is no address of this machine");
        for address in before {
            network.choose(address);
            assert_eq!(network.first(), address);
        }
    }
}
