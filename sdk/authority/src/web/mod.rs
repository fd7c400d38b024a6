//! Sessions of users in browsers.
//!
//! A session is a row, its token a cookie: signed, so that a made-up one costs no look at the store, and kept as a
//! hash, so that a thief of the store has none. Names, forms and paths are those of Better Auth, whose client and
//! cookie readers work with them.

mod cookie;
mod lifecycle;
mod session;
mod settings;
mod statements;
#[cfg(test)]
mod tests;

pub use lifecycle::{end, keep, start};
pub use session::{Session, User, of, of_token};
pub use settings::{CookieCache, Settings};

/// Whether a session outlives the browser that it began in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// It lasts for days, and is prolonged when it is used.
    Yes,
    /// It is over when the browser closes, and after a day at the latest.
    No,
}
