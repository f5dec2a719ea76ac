//! Who may visit a lesson that is watched, and how they come to it.

use std::env;
use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::asked::VISITOR;
use crate::workspace::Lesson;

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
    /// That of a lesson with this port. One of several servers listens itself, and at more ports.
    pub(super) fn new(reach: Reach, lesson: &Lesson, port: u16) -> Self {
        let own_port = (lesson.servers > 1).then_some(port);
        let address = format!("http://{}:{port}", reach.host());
        Self { reach, own_port, address, key: key() }
    }

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
        let header = if self.own_port.is_none() { VISITOR } else { "false" };
        settings.push(("ROCKET_IP_HEADER", header.to_owned()));
        if self.reach != Reach::ThisMachine {
            settings.push(("ROCKET_XRAY_REMOTE", "true".to_owned()));
        }
        settings
    }
}

/// A key for this run of `cargo lesson`, unless one is given.
fn key() -> String {
    let made = || STANDARD.encode(rand::random::<[u8; 32]>());
    env::var("ROCKET_SECRET_KEY").unwrap_or_else(|_| made())
}
