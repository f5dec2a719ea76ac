//! How the class finds the room: its address, and the same as a QR code.

use std::net::{IpAddr, SocketAddr};

use qrcode::QrCode;
use qrcode::render::{svg, unicode};
use rocket::http::ContentType;
use rocket::{State, get};
use shared::addresses_of_this_machine;

use super::Instructor;

/// Where other machines find this one.
pub struct Addresses {
    port: u16,
}

impl Addresses {
    /// Those of a server on this port that listens at all of them.
    #[must_use]
    pub fn new(port: u16) -> Self {
        Self { port }
    }

    /// Where learners join, the likeliest first; only this machine if it is in no network.
    #[must_use]
    pub fn to_join(&self) -> Vec<String> {
        let mut all = in_networks();
        if all.is_empty() {
            all.push(IpAddr::from([127, 0, 0, 1]));
        }
        let address = |address| format!("http://{}/join", SocketAddr::new(address, self.port));
        all.into_iter().map(address).collect()
    }
}

/// The likeliest address of this machine.
#[must_use]
pub fn likeliest() -> IpAddr {
    in_networks().first().copied().unwrap_or(IpAddr::from([127, 0, 0, 1]))
}

/// The addresses of this machine in its networks, the likeliest first. They are asked for each time: a
/// laptop changes its network.
fn in_networks() -> Vec<IpAddr> {
    let all = addresses_of_this_machine().into_iter();
    all.filter(|it| it.is_ipv4() && !it.is_loopback()).collect()
}

/// What the terminal says of a room.
#[must_use]
pub fn greeting(addresses: &Addresses) -> String {
    let all = addresses.to_join();
    let code = QrCode::new(&all[0]).map(|code| {
        code.render::<unicode::Dense1x2>()
            .dark_color(unicode::Dense1x2::Light)
            .light_color(unicode::Dense1x2::Dark)
            .build()
    });
    let port = addresses.port;
    format!(
        "  room     http://127.0.0.1:{port}/room is the board, for the projector\n  join     {}\n\n{}\n",
        all.join("\n           "),
        code.unwrap_or_default()
    )
}

/// The address at which learners join, as a picture.
#[get("/room/qr.svg")]
pub(super) fn qr_code(
    _instructor: Instructor,
    addresses: &State<Addresses>,
) -> Option<(ContentType, String)> {
    let code = QrCode::new(addresses.to_join().first()?).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(300, 300).build();
    Some((ContentType::SVG, picture))
}
