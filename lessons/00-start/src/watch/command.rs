//! What `cargo lesson 03` does.

use std::env;
use std::path::Path;

use super::{Reach, Watched};
use crate::workspace::Lesson;

/// Watches a lesson until Ctrl+C.
pub fn watch(root: &Path, lesson: &Lesson) -> Result<bool, String> {
    let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok());
    let port = port.unwrap_or(lesson.port);
    rocket::execute(async {
        let mut watched = Watched::start(root, lesson, port, Reach::ThisMachine).await?;
        watched.ended().await;
        watched.stop().await;
        Ok(true)
    })
}
