//! Who acts for whom.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    json::{Map, Value},
};

/// How many actors a token may name, one acting for the other.
pub const MAX_ACTORS: usize = 8;

/// Somebody who acts for the subject of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who it is.
    pub subject: String,
    /// Who says so, where that is not the token's issuer.
    pub issuer: Option<String>,
}

/// Who acts by a token: first the one who holds it, then those who acted before. Only the first
/// counts for what is allowed; the others are there to be told.
///
/// # Errors
/// `token_claim_invalid` at `act`: not an object with a `sub`, or more than eight.
///
/// Source: [RFC 8693 §4.1](https://www.rfc-editor.org/rfc/rfc8693#section-4.1)
pub fn actors(claims: &Map) -> Result<Vec<Actor>, Error> {
    let invalid = Error::at(Code::TokenClaimInvalid, "act");
    let mut actors = Vec::new();
    let mut next = claims.get("act");
    while let Some(actor) = next {
        if actors.len() == MAX_ACTORS {
            return Err(invalid);
        }
        actors.push(read(actor).ok_or(invalid)?);
        next = actor.get("act");
    }
    Ok(actors)
}

/// Whether a token says that this party may act for its subject.
///
/// Source: [RFC 8693 §4.4](https://www.rfc-editor.org/rfc/rfc8693#section-4.4)
#[must_use]
pub fn may_act(claims: &Map, party: &Actor) -> bool {
    claims.get("may_act").and_then(read).is_some_and(|named| named == *party)
}

fn read(actor: &Value) -> Option<Actor> {
    let issuer = match actor.get("iss") {
        None => None,
        Some(issuer) => Some(issuer.as_str()?.into()),
    };
    let subject = actor.get("sub")?.as_str().filter(|subject| !subject.is_empty())?;
    Some(Actor { subject: subject.into(), issuer })
}
