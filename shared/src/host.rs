//! The host by which the browser reached this server.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

/// Its name without the port, by which cookies go; `127.0.0.1` if the browser gave none.
pub(crate) struct HostName(pub(crate) String);

impl HostName {
    pub(crate) fn of(req: &Request<'_>) -> Self {
        let name = req.host().map(|host| host.domain().to_string());
        let name = name.filter(|name| !name.is_empty());
        Self(name.unwrap_or_else(|| "127.0.0.1".to_owned()))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HostName {
    type Error = Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(req))
    }
}
