//! The small commands of a Unix shell that docs and exercises use, as far as they use them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::unknown::unknown;
use super::{cut, grep, tr};

/// `openssl rand`: a key for a lesson, or so many random bytes in hexadecimal.
pub(super) fn openssl(arguments: &[String]) -> Result<String, String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rand", "-base64", "32"] => Ok(STANDARD.encode(rand::random::<[u8; 32]>()) + "\n"),
        ["rand", "-hex", number] => {
            let number: usize = number.parse().map_err(|_| "openssl's number is a number")?;
            let digits = (0..number).map(|_| format!("{:02x}", rand::random::<u8>()));
            Ok(digits.collect::<String>() + "\n")
        }
        _ => Err(format!("`openssl {}` is not known here", arguments.join(" "))),
    }
}

/// What a command makes of what the one before it has printed.
pub(super) fn run(name: &str, arguments: &[String], input: &str) -> Result<String, String> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match (name, arguments.as_slice()) {
        ("grep", arguments) => grep::run(arguments, input),
        ("head", []) => Ok(head(input, 10)),
        ("head", ["-n", number] | [number]) => {
            let number = number.trim_start_matches("-n").trim_start_matches('-').parse();
            Ok(head(input, number.map_err(|_| "head's number is a number")?))
        }
        ("cut", arguments) => cut::run(arguments, input),
        ("tr", arguments) => tr::run(arguments, input),
        ("base64", ["-d" | "--decode"]) => {
            let text: String = input.split('\n').collect();
            let decoded = STANDARD.decode(text).map_err(|_| "base64: invalid input")?;
            Ok(String::from_utf8_lossy(&decoded).into_owned())
        }
        _ => Err(unknown(name, &arguments)),
    }
}

fn head(input: &str, number: usize) -> String {
    input.split_inclusive('\n').take(number).collect()
}
