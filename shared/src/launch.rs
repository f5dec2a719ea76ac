//! From a lesson's folder to a running server: settings, templates, docs, the first lines in the
//! terminal, and what is said when it does not start.

mod banner;
pub(crate) mod catalogue;
mod docs;
mod failures;
mod files;
mod harmless;
pub(crate) mod leash;
pub(crate) mod lesson;
mod lesson_link;
mod logger;
mod mend;
mod mistakes;
mod nearest;
mod shutdown;
mod templates;

pub use self::lesson::lesson;
