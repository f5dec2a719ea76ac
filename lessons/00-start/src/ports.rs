//! Whether ports are free.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use crate::workspace::Lesson;

/// Says why this port of this machine cannot be used, if it cannot.
pub fn check(port: u16) -> io::Result<()> {
    check_at(Ipv4Addr::LOCALHOST.into(), port)
}

fn check_at(address: IpAddr, port: u16) -> io::Result<()> {
    TcpListener::bind((address, port)).map(drop)
}

/// Says why a lesson cannot have its ports at an address, of which this is the first, if it cannot.
pub fn are_free_for(lesson: &Lesson, address: IpAddr, first: u16) -> Result<(), String> {
    for port in lesson.ports(first) {
        check_at(address, port).map_err(|error| taken(lesson, port, &error.to_string()))?;
    }
    Ok(())
}

fn taken(lesson: &Lesson, port: u16, why: &str) -> String {
    let (package, number, other) = (lesson.package(), lesson.number(), port ^ 1024);
    format!(
        "Port {port} cannot be used ({why}). If `cargo run -p {package}` or `cargo lesson {number}` \
         runs in another terminal, stop that. Or take another port: the variable ROCKET_PORT={other} \
         does that."
    )
}
