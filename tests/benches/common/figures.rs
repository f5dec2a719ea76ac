//! Figures of several rounds.

use std::env;
use std::fmt;

/// A number from the environment, or its default.
pub(crate) fn setting(name: &str, default: u32) -> u32 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")),
        Err(_) => default,
    }
}

/// The same thing measured again and again.
#[derive(Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
        self.0.sort_by(f64::total_cmp);
    }

    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

/// The median, the least and the most: `100 (90 to 110)`.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(0);
        let (least, most) = (self.0[0], self.0[self.0.len() - 1]);
        write!(f, "{:.digits$} ({least:.digits$} to {most:.digits$})", self.median())
    }
}
