//! Hashes a password for the setting `admin_password_hash`:
//! `cargo run -p lesson-07 --example hash-password`

use std::io::{self, Write};

use rocket::form::{FromFormField, ValueField};
use shared::form::NewPassword;

#[rocket::main]
async fn main() -> io::Result<()> {
    let line = ask("The new password (it is seen as you type it): ")?;
    match NewPassword::from_value(ValueField::from_value(&line)) {
        Ok(password) => {
            let hash = shared::password::hash(password.as_str()).await;
            writeln!(io::stdout(), "ROCKET_ADMIN_PASSWORD_HASH='{hash}'")
        }
        Err(errors) => {
            let problem = errors.first().map(ToString::to_string).unwrap_or_default();
            writeln!(io::stderr(), "{problem}")?;
            std::process::exit(1)
        }
    }
}

fn ask(question: &str) -> io::Result<String> {
    write!(io::stdout(), "{question}")?;
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
