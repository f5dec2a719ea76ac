//! Ending with the program that started the lesson, however that ends.

use std::env;
use std::io;
use std::thread;

use rocket::fairing::AdHoc;

/// Where this variable is set, the lesson ends as soon as nobody holds the other end of its stdin:
/// `cargo lesson` does, while it wants the lesson.
pub(crate) const VARIABLE: &str = "LESSON_ENDS_WITH_STDIN";

pub(crate) fn fairing() -> AdHoc {
    AdHoc::on_liftoff("Leash", |rocket| {
        Box::pin(async move {
            let shutdown = rocket.shutdown();
            when_stdin_ends(|| shutdown.notify());
        })
    })
}

/// Does this when the program that started this one ends, if that wants it so.
pub(crate) fn when_stdin_ends(then: impl FnOnce() + Send + 'static) {
    if env::var_os(VARIABLE).is_some() {
        thread::spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            then();
        });
    }
}
