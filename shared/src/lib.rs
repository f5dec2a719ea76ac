//! What every lesson needs and none teaches.
//!
//! [`lesson`](lesson()) gives a ready Rocket, [`Session`] is what the lessons are about, and
//! [`form`] holds the fields that their forms share. The rest is the launcher's work: settings,
//! pages, protection, the terminal.

mod access_log;
mod banner;
mod catalogue;
mod clock;
#[cfg(feature = "database")]
pub mod database;
mod docs;
mod environment;
pub mod form;
mod host;
mod launch;
mod lesson;
mod lesson_link;
mod logger;
#[cfg(feature = "database")]
mod mailbox;
mod pages;
#[cfg(feature = "password")]
pub mod password;
mod protection;
mod random_id;
mod secret;
pub mod session;
mod settings;
#[cfg(any(feature = "database", feature = "sqlite"))]
mod sqlite_file;
mod static_files;
mod templates;
pub mod testing;
mod visitor;
mod words;
mod xray;

pub use clock::{Clock, Timestamp};
pub use lesson::lesson;
#[cfg(feature = "database")]
pub use mailbox::Mailbox;
pub use random_id::{Id, random_id};
pub use session::{Session, SessionFairing};
pub use visitor::Visitor;
pub use words::in_words;
