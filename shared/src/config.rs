//! Settings: how a wrong one is explained, those of the session, the secret key.

pub(crate) mod environment;
pub(crate) mod secret;
pub(crate) mod settings;
#[cfg(any(feature = "database", feature = "sqlite"))]
pub(crate) mod sqlite_file;
