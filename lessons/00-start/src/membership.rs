//! `cargo lesson join`: what the checks on a learner's machine say, in the room.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use crate::kept::keep;
use crate::progress;
use crate::room::new_code;
use crate::terminal::say;

/// Where this machine is in a room, kept in `target/room.json`.
#[derive(Deserialize, Serialize)]
struct Membership {
    /// `192.0.2.7:8000`
    authority: String,
    name: String,
    /// Shows the room that the name is this learner's.
    code: String,
    /// The cookie of the session there.
    cookie: String,
}

fn file(root: &Path) -> PathBuf {
    root.join("target/room.json")
}

/// Joins a room under a name. From then on each check tells the room what it has found. The code is that
/// of a name which is in the room already; without one the room gets a new one.
pub fn join(root: &Path, address: &str, name: &str, code: Option<&str>) -> Result<bool, String> {
    let authority = authority(address);
    // Who was there before has another name now, and is no second learner.
    let before = membership(root).filter(|it| it.authority == authority);
    let (cookie, known) = before.map_or_else(Default::default, |it| (it.cookie, it.code));
    let known = if known.is_empty() { new_code() } else { known };
    let code = code.map_or(known, str::to_owned);
    let cookies = send(&authority, "/join/tool", &cookie, &[("name", name), ("code", &code)])?;
    let cookie = if cookies.is_empty() { cookie } else { cookies };
    say(&format!(
        "{name} is in the room at {authority}. On a page of the room you are this learner, too, with \
         the name and the code {code}."
    ));
    let membership = Membership { authority, name: name.to_owned(), code, cookie };
    keep(&file(root), &membership)?;
    report(root);
    Ok(true)
}

/// Tells no room any more.
pub fn leave(root: &Path) -> Result<bool, String> {
    let was_there = fs::remove_file(file(root)).is_ok();
    say(if was_there {
        "This machine tells the room no more. What it knows stays on the board: your page there has a \
         button to leave."
    } else {
        "It is in no room."
    });
    Ok(true)
}

fn membership(root: &Path) -> Option<Membership> {
    serde_json::from_str(&fs::read_to_string(file(root)).ok()?).ok()
}

/// Tells the room what is done, if this machine is in one.
pub fn report(root: &Path) {
    let Some(Membership { authority, name, cookie, .. }) = membership(root) else { return };
    let progress = serde_json::to_string(&progress::read(root)).unwrap_or_default();
    match send(&authority, "/join/progress", &cookie, &[("progress", &progress)]) {
        Ok(_) => say(&format!("The room at {authority} knows it, as {name}'s.")),
        Err(problem) => say(&format!(
            "The room does not know it: {problem}\n`cargo lesson join {authority} NAME` joins again, \
             `cargo lesson join --leave` ends this."
        )),
    }
}

/// The host and the port in what may be a whole address: `http://192.0.2.7:8000/join`.
fn authority(address: &str) -> String {
    let address = address.trim().trim_start_matches("http://");
    let authority = address.split('/').next().unwrap_or_default();
    if authority.contains(':') { authority.to_owned() } else { format!("{authority}:8000") }
}

/// Sends a form, and returns the cookies of the answer.
fn send(
    authority: &str,
    path: &str,
    cookie: &str,
    form: &[(&str, &str)],
) -> Result<String, String> {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let config = config.timeout_global(Some(Duration::from_secs(5)));
    let agent: Agent = config.build().into();
    let request = agent.post(format!("http://{authority}{path}")).header("Cookie", cookie);
    let no_answer = |error| format!("there is no room at {authority} ({error}).");
    let mut answer = request.send_form(form.iter().copied()).map_err(no_answer)?;
    match answer.status().as_u16() {
        200 => {}
        // What another machine says is a sentence, and cannot steer the terminal.
        409 | 410 | 422 => {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            return Err(text.chars().filter(|c| !c.is_control()).take(200).collect());
        }
        status => return Err(format!("{authority} answers {status}, so it is no room.")),
    }
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies = cookies.filter_map(|it| it.to_str().ok()?.split(';').next());
    Ok(cookies.collect::<Vec<_>>().join("; "))
}
