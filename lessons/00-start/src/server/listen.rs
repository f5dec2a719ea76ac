//! What a running lesson prints.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

/// What to do with the lines that a lesson prints after its banner.
pub type Hear = fn(&str);

/// Reads what a lesson prints, line by line, so that it never waits for a reader.
pub(super) fn listen(
    from: impl Read + Send + 'static,
    said: &Arc<Mutex<String>>,
    hear: Hear,
    mut is_news: impl FnMut(&str) -> bool + Send + 'static,
) -> JoinHandle<()> {
    let said = said.clone();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if is_news(&line) {
                hear(&line);
                let mut said = said.lock();
                // Only the last words are asked for.
                if said.len() > 16 * 1024 {
                    said.clear();
                }
                said.extend([&line, "\n"]);
            }
        }
    })
}
