//! What every lesson needs and none teaches.
//!
//! [`lesson`](lesson()) gives a ready Rocket, [`Session`] is what the lessons are about, and
//! [`form`] holds the fields that their forms share. The rest is the launcher's work: settings,
//! pages, protection, the terminal.
//!
//! The modules stand in floors, here from the top down. Each uses only those below it; a test reads
//! the `use` lines and holds that.

pub mod testing;

#[cfg(feature = "servers")]
pub mod servers;

mod launch;

mod xray;

mod http;

#[cfg(feature = "database")]
pub mod database;
pub mod form;
#[cfg(feature = "password")]
pub mod password;

pub mod session;

mod config;

mod clock;
mod header;
mod id;
mod refusal;
mod terminal;
mod text;

pub use clock::{Clock, Timestamp, in_words};
#[cfg(feature = "database")]
pub use http::Mailbox;
pub use http::{Visitor, addresses_of_this_machine, policy};
#[cfg(feature = "database")]
pub use id::digest;
pub use id::{Id, random_id};
pub use launch::lesson;
pub use session::{Session, SessionFairing};
