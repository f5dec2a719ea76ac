//! Hashes a password for the setting `admin_password_hash`:
//! `cargo run -p lesson-07 --example hash-password`

use std::io::{self, Write};
use std::process::ExitCode;

use rocket::form::{FromFormField, ValueField};
use shared::form::NewPassword;

#[rocket::main]
async fn main() -> ExitCode {
    match hash_of_what_is_typed().await {
        Ok(hash) => {
            let _ = writeln!(io::stdout(), "{hash}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn hash_of_what_is_typed() -> Result<String, String> {
    let line = ask("The new password (it is seen as you type it): ");
    let line = line.map_err(|error| error.to_string())?;
    let password = NewPassword::from_value(ValueField::from_value(&line));
    let password = password.map_err(|errors| errors[0].to_string())?;
    shared::password::hash(password.as_str(), "").await.map_err(|status| status.to_string())
}

fn ask(question: &str) -> io::Result<String> {
    write!(io::stdout(), "{question}")?;
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
