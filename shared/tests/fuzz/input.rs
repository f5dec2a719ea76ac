//! Text that an attacker might send.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What is special to a reader of cookies, forms, numbers or settings.
const PIECES: &[&str] = &[
    "",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u{7f}",
    "é",
    "ß",
    "☃",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "%",
    "%00",
    "%3D",
    "%3B",
    "%zz",
    "%C3%28",
    "+",
    "-",
    "_",
    "=",
    "==",
    ";",
    "; ",
    "&",
    ",",
    ".",
    "..",
    "/",
    ":",
    "@",
    "://",
    "\"",
    "'",
    "\\",
    "#",
    "<fuzz>",
    "{",
    "}",
    "{{",
    "[",
    "]",
    "[]",
    "[a][b]",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "NaN",
    "0x10",
    "99999999999999999999",
    "A",
    "__Host-",
];

/// As long as the longest text becomes, in bytes.
const HUGE: usize = 64 * 1024;

/// A place in a text, its begin and its end more often than any other.
#[derive(Clone, Copy, Debug)]
struct Place(u32);

impl Place {
    fn any() -> impl Strategy<Value = Self> {
        any::<u32>().prop_map(Self)
    }

    fn of(self, length: usize) -> usize {
        let place = (self.0 / 8) as usize;
        match self.0 % 8 {
            0 => 0,
            1 => length,
            _ => place % (length + 1),
        }
    }
}

/// A change of a text: at which of its bytes, and what more there is to know.
#[derive(Clone, Debug)]
enum Change {
    FlipBit(Place, u32),
    SetByte(Place, u8),
    Truncate(Place),
    Delete(Place, Place),
    Insert(Place, &'static str),
    Percent(Place),
    Repeat(Place, Place, usize),
    /// The end of another seed in the place of its own.
    Splice(Place, usize, Place),
}

fn change() -> impl Strategy<Value = Change> {
    let at = Place::any;
    // Most repetitions are short: the long ones take most of the time.
    let times = prop_oneof![200 => 1_usize..4, 1 => 4_usize..20_000];
    prop_oneof![
        3 => (at(), 0..8_u32).prop_map(|(at, bit)| Change::FlipBit(at, bit)),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::SetByte(at, byte)),
        1 => at().prop_map(Change::Truncate),
        1 => (at(), at()).prop_map(|(from, to)| Change::Delete(from, to)),
        3 => (at(), select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        1 => at().prop_map(Change::Percent),
        1 => (at(), at(), times).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        1 => (at(), any::<usize>(), at()).prop_map(|(at, seed, from)| Change::Splice(at, seed, from)),
    ]
}

impl Change {
    fn apply(&self, text: &mut Vec<u8>, seeds: &[String]) {
        let length = text.len();
        let range = |from: Place, to: Place| {
            let (from, to) = (from.of(length), to.of(length));
            from.min(to)..from.max(to)
        };
        match *self {
            Self::FlipBit(at, bit) => {
                text.iter_mut().skip(at.of(length)).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            Self::SetByte(at, new) => {
                text.iter_mut().skip(at.of(length)).take(1).for_each(|byte| *byte = new);
            }
            Self::Truncate(at) => text.truncate(at.of(length)),
            Self::Delete(from, to) => drop(text.drain(range(from, to))),
            Self::Insert(at, piece) => {
                let at = at.of(length);
                text.splice(at..at, piece.bytes());
            }
            Self::Percent(at) => {
                let at = at.of(length);
                if let Some(byte) = text.get(at) {
                    let escape = format!("%{byte:02X}");
                    text.splice(at..=at, escape.bytes());
                }
            }
            Self::Repeat(from, to, times) => {
                let range = range(from, to);
                let times = times.min(HUGE / range.len().max(1));
                let again = text[range.clone()].repeat(times);
                text.splice(range.end..range.end, again);
            }
            Self::Splice(at, seed, from) => {
                text.truncate(at.of(length));
                let other = seeds[seed % seeds.len()].as_bytes();
                text.extend(&other[from.of(other.len())..]);
            }
        }
    }
}

/// The seeds with up to three changes each, and now and then noise. Bytes that are no text arrive as
/// they do in Rocket: with U+FFFD in their place.
pub(crate) fn like(seeds: &[String]) -> impl Strategy<Value = String> + use<> {
    let seeds = seeds.to_vec();
    let changed = (0..seeds.len(), vec(change(), 0..4)).prop_map(move |(seed, changes)| {
        let mut text = seeds[seed].clone().into_bytes();
        for change in changes {
            change.apply(&mut text, &seeds);
        }
        into_text(text)
    });
    prop_oneof![
        8 => changed,
        1 => vec(any::<u8>(), 0..60).prop_map(into_text),
        1 => vec(any::<char>(), 0..60).prop_map(|text| text.into_iter().collect()),
    ]
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads a file of seeds: texts as JSON, with words in capitals that stand for others.
pub(crate) fn seeds(json: &str, words: &[(&str, &str)]) -> Vec<String> {
    let mut seeds: Vec<String> = serde_json::from_str(json).unwrap();
    for (word, meaning) in words {
        seeds = seeds.iter().map(|seed| seed.replace(word, meaning)).collect();
    }
    seeds
}
