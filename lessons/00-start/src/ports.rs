//! Whether a port is free.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Says why this port of this machine cannot be used, if it cannot.
pub fn check(port: u16) -> io::Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop)
}
