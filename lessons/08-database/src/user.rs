//! Who is logged in: the session holds the id of a login, and the database knows whose it is.

use rocket::State;
use rocket::http::{Method, Status};
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use shared::database::Refusal;
use shared::{Clock, Session, Timestamp};
use sqlx::AnyPool;

use crate::db::Db;
use crate::db::accounts::{self, Account};
use crate::db::logins::{self, Begun};

/// A visitor who is logged in, as the database knows them at this moment: end the login there, and
/// the session is worth nothing, even with its cookie.
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) is_confirmed: bool,
    /// The login through which this request came.
    pub(crate) login: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let session = try_outcome!(req.guard::<&Session>().await.map_error(|(it, _)| (it, ())));
        let clock = try_outcome!(req.guard::<&Clock>().await);
        let db = try_outcome!(req.guard::<&State<Db>>().await);
        match Self::of(session, db, clock.now()).await {
            Ok(Some(user)) => may_change(req, session).await.map(|()| user),
            Ok(None) => Outcome::Forward(Status::Unauthorized),
            Err(error) => Outcome::Error((Refusal::from(error).status(), ())),
        }
    }
}

/// What is changed in the database is changed when its handler returns; if the session could not be
/// saved after that, the answer would be an error for something that was done. So it is saved before,
/// and gets its full lifetime. What a handler leaves in it later are messages, which may get lost.
async fn may_change(req: &Request<'_>, session: &Session) -> Outcome<(), ()> {
    if req.method() != Method::Post {
        return Outcome::Success(());
    }
    match session.save().await {
        Ok(()) => Outcome::Success(()),
        Err(error) => Outcome::Error((Refusal::from(error).status(), ())),
    }
}

impl User {
    /// The user of this session. One whose login has ended is cleared.
    pub(crate) async fn of(
        session: &Session,
        db: &AnyPool,
        now: Timestamp,
    ) -> Result<Option<Self>, sqlx::Error> {
        let Some(login) = session.get::<String>("login") else {
            return Ok(None);
        };
        let Some(account) = accounts::of_login(db, &login).await? else {
            session.clear();
            return Ok(None);
        };
        logins::seen(db, &login, account.seen_at, now).await?;
        let Account { id, name, email, confirmation, .. } = account;
        Ok(Some(Self { id, name, email, is_confirmed: confirmation.is_none(), login }))
    }
}

/// Gives the session to the visitor who has just logged in, under a new id. The login that it held
/// before ends.
///
/// The session is saved before the login is committed. If the one fails, nothing has happened; if the
/// other does, the session names a login that there is not, and is worth nothing.
pub(crate) async fn remember(session: &Session, login: Begun) -> Result<(), Refusal> {
    let Begun { id, mut all } = login;
    if let Some(before) = session.get::<String>("login") {
        logins::forget(&mut all, &before).await?;
    }
    session.renew();
    session.set_permanent(true);
    session.insert("login", id);
    session.save().await?;
    Ok(all.commit().await?)
}
