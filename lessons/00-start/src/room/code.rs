//! The code that belongs to a name in the room.

use rand::seq::SliceRandom;

/// Letters that are not taken for one another when they are read aloud or typed.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code that shows that a name is one's own.
#[must_use]
pub fn new_code() -> String {
    let mut rng = rand::thread_rng();
    (0..6).filter_map(|_| LETTERS.choose(&mut rng)).copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_letters_and_another_each_time() {
        let codes = [new_code(), new_code()];
        assert!(codes.iter().all(|code| code.len() == 6) && codes[0] != codes[1], "{codes:?}");
    }
}
