//! What cargo prints for programs.

use std::path::PathBuf;

use serde::Deserialize;

/// A line of what cargo prints with `--message-format=json`, as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "reason")]
pub(super) enum Line {
    #[serde(rename = "compiler-artifact")]
    Built { executable: Option<PathBuf>, fresh: bool },
    #[serde(rename = "compiler-message")]
    Said { message: Diagnostic },
    #[serde(other)]
    Other,
}

/// What the compiler says.
#[derive(Deserialize)]
pub(super) struct Diagnostic {
    pub(super) level: String,
    pub(super) rendered: Option<String>,
}
