//! What `cargo lesson` is made of: exercises and how they are checked; lessons and how they are built,
//! started, watched and stopped.

#![allow(clippy::missing_errors_doc, reason = "each error is a sentence for the learner")]

pub mod advice;
pub mod build;
pub mod check;
pub mod console;
pub mod exercise;
pub mod patch;
pub mod progress;
pub mod server;
pub mod terminal;
pub mod workspace;
