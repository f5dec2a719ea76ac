//! The small commands of a Unix shell that docs and exercises use, as far as they use them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// `openssl rand`: a key for a lesson, or so many random bytes in hexadecimal.
pub(super) fn openssl(arguments: &[String]) -> Result<Vec<u8>, String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rand", "-base64", "32"] => Ok(STANDARD.encode(rand::random::<[u8; 32]>()).into_bytes()),
        ["rand", "-hex", number] => {
            let number: usize = number.parse().map_err(|_| "openssl's number is a number")?;
            let digits = (0..number).map(|_| format!("{:02x}", rand::random::<u8>()));
            Ok(digits.collect::<String>().into_bytes())
        }
        _ => Err(format!("`openssl {}` is not known here", arguments.join(" "))),
    }
}

/// What a command makes of what the one before it has printed.
pub(super) fn run(name: &str, arguments: &[String], input: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(input).into_owned();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let lines = |change: &dyn Fn(&str) -> Option<String>| {
        let lines = text.lines().filter_map(change).map(|line| line + "\n");
        Ok(lines.collect::<String>().into_bytes())
    };
    match (name, arguments.as_slice()) {
        ("cut", [delimiter, field]) if delimiter.starts_with("-d") && field.starts_with("-f") => {
            let number: usize = field[2..].parse().map_err(|_| "cut's field is a number")?;
            lines(&|line| Some(line.split(&delimiter[2..]).nth(number - 1)?.to_owned()))
        }
        ("cut", [range]) if range.starts_with("-c") => {
            let (from, to) = range[2..].split_once('-').ok_or("cut -cFROM-TO")?;
            let from: usize = from.parse().unwrap_or(1);
            let to: usize = to.parse().unwrap_or(usize::MAX);
            lines(&|line| Some(line.chars().take(to).skip(from - 1).collect()))
        }
        ("tr", [from, to]) => {
            let change = |c| from.chars().zip(to.chars()).find(|(old, _)| *old == c);
            let change = |c| change(c).map_or(c, |(_, new)| new);
            Ok(text.chars().map(change).collect::<String>().into_bytes())
        }
        ("base64", ["-d"]) => {
            let text = text.trim();
            let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
            decoded.map_err(|error| error.to_string())
        }
        ("grep", ["-i", wanted]) => {
            let wanted = wanted.to_lowercase();
            lines(&|line| line.to_lowercase().contains(&wanted).then(|| line.to_owned()))
        }
        ("grep", ["-c", wanted]) => {
            let count = text.lines().filter(|line| line.contains(wanted)).count();
            Ok(format!("{count}\n").into_bytes())
        }
        ("grep", [wanted]) => lines(&|line| line.contains(wanted).then(|| line.to_owned())),
        ("head", ["-n", number]) => {
            let number = number.parse().map_err(|_| "head's number is a number")?;
            let lines: Vec<_> = text.lines().take(number).collect();
            Ok((lines.join("\n") + "\n").into_bytes())
        }
        _ => Err(format!("`{name} {}` is not known here", arguments.join(" "))),
    }
}
