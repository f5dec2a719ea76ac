//! Who may visit a lesson that is watched, and how they come to it.

use std::env;
use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::asked::VISITOR;

/// Who may visit a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Browsers on this machine.
    ThisMachine,
    /// The class in the room, too: its network knows this machine by this address.
    Room(IpAddr),
}

impl Reach {
    /// Where the lesson listens.
    pub(super) fn listens_at(self) -> IpAddr {
        match self {
            Self::ThisMachine => Ipv4Addr::LOCALHOST.into(),
            Self::Room(_) => Ipv4Addr::UNSPECIFIED.into(),
        }
    }

    /// By which address visitors find it.
    #[must_use]
    pub fn host(self) -> IpAddr {
        match self {
            Self::ThisMachine => Ipv4Addr::LOCALHOST.into(),
            Self::Room(address) => address,
        }
    }
}

/// How visitors come to a lesson.
pub(super) struct Front {
    pub(super) reach: Reach,
    /// The port on which it listens itself, if nothing stands before it.
    pub(super) own_port: Option<u16>,
    /// Where visitors find it.
    pub(super) address: String,
    /// The key, the same for each start, so that sessions in cookies outlive it.
    pub(super) key: String,
}

impl Front {
    /// What the lesson must know of it.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        // The origin is what a mail says: the visitor's way is this.
        let (origin, key) = (self.address.clone(), self.key.clone());
        let mut settings = vec![("ROCKET_ORIGIN", origin), ("ROCKET_SECRET_KEY", key)];
        let (port, address) = match self.own_port {
            Some(port) => (port, self.reach.listens_at()),
            None => (0, Ipv4Addr::LOCALHOST.into()),
        };
        settings.push(("ROCKET_PORT", port.to_string()));
        settings.push(("ROCKET_ADDRESS", address.to_string()));
        if self.own_port.is_none() {
            settings.push(("ROCKET_IP_HEADER", VISITOR.to_owned()));
        }
        if self.reach != Reach::ThisMachine {
            settings.push(("ROCKET_XRAY_REMOTE", "true".to_owned()));
        }
        settings
    }
}

/// A key for this run of `cargo lesson`, unless one is given.
pub(super) fn key() -> String {
    let made = || STANDARD.encode(rand::random::<[u8; 32]>());
    env::var("ROCKET_SECRET_KEY").unwrap_or_else(|_| made())
}
