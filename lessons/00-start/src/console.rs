//! Blocks of `console`, as they stand in docs and exercises: what a learner types, and what is
//! answered. They run here without a shell, because not every learner has one.

mod answer;
mod curl;
mod filter;
mod request;
mod terminal;

pub use self::answer::{Step, run, run_with};
pub use self::terminal::{Start, Terminal};
