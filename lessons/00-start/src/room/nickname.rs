//! What a learner is called in the room.

use unicode_security::skeleton;

/// How long a name may be: it stands on the board.
const LONGEST: usize = 40;

/// What a name has in common with those that a reader takes for it: its letters, large or small; and what
/// they look like, as a Cyrillic `а` looks like a Latin one (Unicode's UTS 39).
pub(super) fn looks(name: &str) -> [String; 2] {
    [name.to_lowercase(), skeleton(name).collect::<String>().to_lowercase()]
}

/// A text that finds room on the board.
pub(super) fn short(text: &str) -> Result<&str, &'static str> {
    let is_short = text.chars().count() <= LONGEST;
    is_short.then_some(text).ok_or("A name in the room has 40 characters at most.")
}
