//! The fields of the lessons' forms: each type accepts what the field allows, and nothing else.
//!
//! They are Rocket form fields (<https://rocket.rs/guide/v0.5/requests/#forms>): a struct that
//! derives `FromForm` names them as the types of its fields.

mod body;
mod contextual;
mod email;
mod input;
mod mismatch;
mod name;
mod password;
#[cfg(feature = "database")]
mod skeleton;
mod stock;

pub use body::Form;
pub use contextual::Contextual;
pub use email::Email;
pub(crate) use input::Input;
pub(crate) use mismatch::Mismatch;
pub use name::{Name, is_visible, name};
pub use password::{NewPassword, Password};
#[cfg(feature = "database")]
pub use skeleton::skeleton;
pub use stock::{Price, Shares, Symbol};
