//! How the class finds the room: its address, and the same as a QR code.

use std::net::SocketAddr;

use qrcode::QrCode;
use qrcode::render::svg;
use qrcode::render::unicode::Dense1x2;
use rocket::http::ContentType;
use rocket::{Config, get};

use super::Instructor;
use crate::network::addresses;

/// Where learners join a room on this port, the likeliest address first.
pub(super) fn to_join(port: u16) -> Vec<String> {
    let address = |address| format!("http://{}/join", SocketAddr::new(address, port));
    addresses().into_iter().map(address).collect()
}

/// What the terminal says of a room.
#[must_use]
pub fn greeting(port: u16) -> String {
    let all = to_join(port);
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
pub(super) fn qr_code(_instructor: Instructor, config: &Config) -> Option<(ContentType, String)> {
    let code = QrCode::new(to_join(config.port).first()?).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(300, 300).build();
    Some((ContentType::SVG, picture))
}
