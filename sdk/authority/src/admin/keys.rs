//! Changing the keys that tokens are signed with, and the secret that things are sealed under.

use edgeward_core::{Code, json::object};

use super::{Resealing, Rotate};
use crate::{
    context::Context,
    failure::Failure,
    oauth::keys::{self, Rotated},
    operations::{count::Count, shape::Nothing},
    upkeep::reseal::{self, Search},
};

/// Has another key sign, and leaves a trace of who wanted it.
///
/// # Errors
/// `store_unavailable`
pub async fn rotate_signing_key(context: &Context<'_>, rotate: Rotate) -> Result<Rotated, Failure> {
    let rotated = keys::by_hand(context, rotate.mode).await?;
    if rotated.made {
        let trace = object(vec![
            ("event", "admin.signing_key_rotated".into()),
            ("mode", rotate.mode.as_str().into()),
            ("by", context.user()?.into()),
            ("key", rotated.kid.as_str().into()),
        ]);
        context.authority.platform.log(&trace.to_text());
    }
    Ok(rotated)
}

/// Goes on with the search for what is sealed under an older secret, and begins a new one if it is over.
///
/// # Errors
/// `store_unavailable`
pub async fn reseal(context: &Context<'_>, _: Nothing) -> Result<Resealing, Failure> {
    let authority = context.authority;
    let left = reseal::left(authority).await?;
    let search = if left.is_over() { Search::default() } else { left };
    let piece = reseal::piece(authority, search).await?;
    let stands = Resealing {
        looked: Count(piece.looked),
        sealed: Count(piece.search.sealed),
        lost: Count(piece.search.lost),
        remaining: Count(piece.remaining),
    };
    context.commit(piece.statements, stands).await?.ok_or(Code::InternalError.into())
}
