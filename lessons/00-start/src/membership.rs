//! `cargo lesson join`: what the checks on a learner's machine say, in the room.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use crate::progress;
use crate::terminal::say;

/// Where this machine is in a room, kept in `target/room.json`.
#[derive(Deserialize, Serialize)]
struct Membership {
    /// `192.0.2.7:8000`
    authority: String,
    name: String,
    /// The cookie of the session there.
    cookie: String,
}

fn file(root: &Path) -> PathBuf {
    root.join("target/room.json")
}

/// Joins a room under a name. From then on each check tells the room what it has found.
pub fn join(root: &Path, address: &str, name: &str) -> Result<bool, String> {
    let authority = authority(address);
    let form = [("name", name)];
    let (answer, cookie) = send(&authority, "/join/tool", "", &form)?;
    let membership = Membership { authority, name: name.to_owned(), cookie };
    let text = serde_json::to_string(&membership).map_err(|error| error.to_string())?;
    let kept = fs::create_dir_all(root.join("target")).and_then(|()| fs::write(file(root), text));
    kept.map_err(|error| format!("{} cannot be written: {error}", file(root).display()))?;
    say(&answer);
    report(root);
    Ok(true)
}

/// Tells no room any more.
pub fn leave(root: &Path) -> Result<bool, String> {
    let was_there = fs::remove_file(file(root)).is_ok();
    say(if was_there { "This machine tells the room no more." } else { "It is in no room." });
    Ok(true)
}

/// Tells the room what is done, if this machine is in one.
pub fn report(root: &Path) {
    let read = fs::read_to_string(file(root)).ok();
    let Some(there) = read.and_then(|it| serde_json::from_str::<Membership>(&it).ok()) else {
        return;
    };
    let Membership { authority, name, cookie } = there;
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

/// Sends a form, and returns what is answered and the cookie of the session.
fn send(
    authority: &str,
    path: &str,
    cookie: &str,
    form: &[(&str, &str)],
) -> Result<(String, String), String> {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let config = config.timeout_global(Some(Duration::from_secs(5)));
    let agent: Agent = config.build().into();
    let request = agent.post(format!("http://{authority}{path}")).header("Cookie", cookie);
    let no_answer = |error| format!("there is no room at {authority} ({error}).");
    let mut answer = request.send_form(form.iter().copied()).map_err(no_answer)?;
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    match answer.status().as_u16() {
        200 => {}
        409 | 410 | 422 => return Err(text),
        status => return Err(format!("{authority} answers {status}, so it is no room.")),
    }
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies = cookies.filter_map(|it| it.to_str().ok()?.split(';').next());
    Ok((text, cookies.map(str::to_owned).collect::<Vec<_>>().join("; ")))
}
