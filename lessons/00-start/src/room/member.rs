//! Which learner a session is of.

use shared::{Clock, Session};

use super::people::Person;
use super::{Class, Guest};

/// Under this key the session of a learner has their number.
const KEY: &str = "person";

/// The learner whose session this is, if they are in the room.
pub(super) fn member<'c>(class: &'c Class, session: &Session) -> Option<(u64, &'c Person)> {
    let number = session.get(KEY)?;
    Some((number, class.people.get(number)?))
}

/// Lets a learner in, who is then known by the session; or gives another name to one who is in.
pub(super) fn enter(
    guest: &Guest<'_>,
    session: &Session,
    name: &str,
    code: &str,
    clock: &Clock,
) -> Result<(), &'static str> {
    let mut class = guest.0.class();
    if let Some((number, _)) = member(&class, session) {
        class.people.rename(number, name)?;
    } else {
        let number = class.people.join(name, &code.to_uppercase(), clock.now())?;
        session.renew();
        session.insert(KEY, number);
    }
    drop(class);
    guest.0.changed();
    Ok(())
}

/// Changes the class on behalf of the learner whose session this is, and says whether they are in it.
pub(super) fn act(guest: &Guest<'_>, session: &Session, act: impl FnOnce(&mut Class, u64)) -> bool {
    let mut class = guest.0.class();
    let number = member(&class, session).map(|(number, _)| number);
    if let Some(number) = number {
        act(&mut class, number);
    }
    drop(class);
    if number.is_some() {
        guest.0.changed();
    }
    number.is_some()
}
