//! Another key by hand: in good order, or at once because the one that signs is no secret any more.

use edgeward_core::{
    Code,
    time::{Seconds, UnixMillis},
};

use super::{LEAD, make, statements};
use crate::{Failure, choice, context::Context, shape, store::guard};

/// How often somebody else may be faster before this gives up.
const TRIES: usize = 4;

choice! {
    /// How one key follows another.
    pub enum Mode {
        /// In good order: it is published at once and signs an hour later; what the old one has signed stays good.
        Staged = "staged",
        /// At once: every other key is gone, and with them whatever they have signed.
        Now = "now",
    }
}

shape! {
    /// The key that signs next.
    pub struct Rotated {
        /// Its id, `kid` of the tokens that it signs.
        "keyId" kid: String,
        /// From when on it signs, in milliseconds since 1970.
        "signsFrom" signs_from: UnixMillis,
        /// Whether it was made for this; otherwise it was staged already.
        "made" made: bool,
    }
}

/// Has another key sign.
///
/// # Errors
/// `store_unavailable`: also if others do the same again and again.
pub async fn by_hand(context: &Context<'_>, mode: Mode) -> Result<Rotated, Failure> {
    let authority = context.authority;
    let algorithm = authority.settings.oauth.algorithm;
    for _ in 0..TRIES {
        let newest = context.row(statements::newest(algorithm.name())).await?;
        let signs_from = match (&newest, mode) {
            // The first key is nobody's to wait for: no token was signed with another one.
            (None, _) | (_, Mode::Now) => context.now,
            (Some(key), Mode::Staged) => {
                let signs_from = key.instant("signs_from")?;
                if context.now < signs_from {
                    return Ok(Rotated { kid: key.text("kid")?, signs_from, made: false });
                }
                context.now + LEAD
            }
        };
        let before = newest.map_or(Ok(0), |key| key.number("generation"))?;
        let key = make(authority, algorithm, before.saturating_add(1), signs_from).await?;
        let mut change = vec![statements::insert(&key), guard()];
        if mode == Mode::Now {
            change.push(statements::remove_others(&key.kid));
        }
        let rotated = Rotated { kid: key.kid, signs_from, made: true };
        // Otherwise somebody else made the key of this generation, and maybe to stage it.
        if let Some(rotated) = context.commit(change, rotated).await? {
            return Ok(rotated);
        }
    }
    Err(Failure::limited(Code::StoreUnavailable, Seconds(1)))
}
