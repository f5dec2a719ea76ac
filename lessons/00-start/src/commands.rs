//! The small commands: each for one thing.

mod diff;
mod exercises;
mod prepare;
mod reset;

pub use self::diff::diff;
pub use self::exercises::{hint, list, next, solution};
pub use self::prepare::prepare;
pub use self::reset::reset;
