//! What surrounds every page: error pages, headers, where a request comes from, a line in the terminal
//! for each.

pub(crate) mod access_log;
pub(crate) mod error_pages;
pub(crate) mod host;
#[cfg(feature = "database")]
pub(crate) mod mailbox;
pub(crate) mod protection;
mod visitor;

pub use self::host::addresses_of_this_machine;
#[cfg(feature = "database")]
pub use self::mailbox::Mailbox;
pub use self::protection::policy;
pub use self::visitor::Visitor;
