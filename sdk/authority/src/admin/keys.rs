//! Changing the keys that tokens are signed with.

use edgeward_core::json::object;

use super::Rotate;
use crate::{
    context::Context,
    failure::Failure,
    oauth::keys::{self, Rotated},
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
