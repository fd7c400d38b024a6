//! Refresh tokens as texts: the grant, the token's number in it, and a message authentication code.
//!
//! So the store holds nothing that a token could be made of, and yet the active token of a family can be given
//! once more to whoever has lost the answer that it came in.

use super::Grant;
use crate::{
    Authority, Failure,
    oauth::mac::{self, Purpose},
};

/// What every refresh token begins with.
pub const PREFIX: &str = "rt_";

/// A refresh token that is genuine; whether it is still good, its family says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// The grant.
    pub grant: String,
    /// The number of the token.
    pub number: u32,
}

/// Writes the token of a number.
///
/// # Errors
/// `config_invalid`, which settings that were checked never give.
pub fn write(authority: &Authority, grant: &Grant, number: u32) -> Result<String, Failure> {
    let named = format!("{}.{number}", grant.id);
    Ok([PREFIX, &named, ".", &mac::of(authority, Purpose::RefreshToken, &named)?].concat())
}

/// Reads a token; `None` if it was not written here.
#[must_use]
pub fn read(authority: &Authority, token: &str) -> Option<Genuine> {
    let (named, mac) = token.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let (grant, number) = named.split_once('.')?;
    if !mac::is_of(authority, Purpose::RefreshToken, named, mac) {
        return None;
    }
    Some(Genuine { grant: grant.into(), number: number.parse().ok()? })
}
