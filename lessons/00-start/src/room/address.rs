//! How the class finds the room: its address, and the same as a QR code.

use std::net::{IpAddr, SocketAddr};

use qrcode::QrCode;
use qrcode::render::svg;
use qrcode::render::unicode::Dense1x2;
use rocket::http::ContentType;
use rocket::{Config, State, get};
use serde::Serialize;

use super::Instructor;
use crate::network::Network;
use crate::runs::Runs;

/// A way to the room.
#[derive(Serialize)]
pub(super) struct Way {
    host: IpAddr,
    address: String,
}

/// Where learners join a room on this port, the chosen or likeliest address first.
pub(super) fn to_join(network: &Network, port: u16) -> Vec<Way> {
    let address = |host| format!("http://{}/join", SocketAddr::new(host, port));
    let all = network.addresses().into_iter();
    all.map(|host| Way { host, address: address(host) }).collect()
}

/// What the terminal says of a room.
#[must_use]
pub fn greeting(network: &Network, port: u16) -> String {
    let ways = to_join(network, port).into_iter();
    let all: Vec<_> = ways.map(|way| way.address).collect();
    let board = format!("  room     http://127.0.0.1:{port}/room is the board, for the projector");
    let Some(first) = all.first() else {
        return format!(
            "{board}\n  join     (this machine is in no network that phones can reach)\n"
        );
    };
    let code = QrCode::new(first).map(|code| {
        let mut dots = code.render::<Dense1x2>();
        // Terminals are dark, and their letters light.
        dots.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()
    });
    format!("{board}\n  join     {}\n\n{}\n", all.join("\n           "), code.unwrap_or_default())
}

/// The address at which learners join, as a picture.
#[get("/room/qr.svg")]
pub(super) fn qr_code(
    _instructor: Instructor,
    runs: &State<Runs>,
    config: &Config,
) -> Option<(ContentType, String)> {
    let code = QrCode::new(&to_join(&runs.network, config.port).first()?.address).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(300, 300).build();
    Some((ContentType::SVG, picture))
}
