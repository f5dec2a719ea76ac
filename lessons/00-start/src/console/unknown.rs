//! Commands that this terminal does not have.

/// What is said of a command that this terminal does not have.
pub(super) fn unknown(name: &str, arguments: &[&str]) -> String {
    let command = [&[name], arguments].concat().join(" ");
    format!(
        "`{command}` is not known here: this terminal has curl, openssl rand, and a few forms of \
         grep, head, cut, tr and base64"
    )
}
