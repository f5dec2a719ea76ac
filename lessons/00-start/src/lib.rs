//! What `cargo lesson` is made of: exercises and how they are checked; lessons and how they are built,
//! started, watched and stopped.

#![allow(clippy::missing_errors_doc, reason = "each error is a sentence for the learner")]

pub mod advice;
pub mod build;
pub mod check;
pub mod commands;
pub mod console;
pub mod exercise;
pub mod git;
pub mod kept;
pub mod lock;
pub mod membership;
pub mod network;
pub mod patch;
pub mod ports;
pub mod progress;
pub mod question;
pub mod room;
pub mod runs;
pub mod server;
pub mod start;
pub mod terminal;
pub mod watch;
pub mod workspace;
