//! Blocks of `console`, as they stand in docs and exercises: what a learner types, and what is
//! answered. They run here without a shell, because not every learner has one; what a shell would answer
//! otherwise is refused.

mod answer;
mod call;
mod curl;
mod cut;
mod filter;
mod grep;
mod jar;
mod options;
mod printed;
mod request;
mod terminal;
mod tr;
mod unknown;
mod value;
mod words;

pub use self::answer::{Step, run, run_with};
pub use self::terminal::{Start, Terminal};
