//! Verifying agents' sessions.

use edgeward_core::Code;

use super::{ByToken, PREFIX, Validation, statements};
use crate::{
    Authority,
    context::{Context, Principal, digest},
    failure::Failure,
    operations::shape::Metadata,
    store::Row,
    tokens,
};

/// Who calls with an agent's session.
///
/// # Errors
/// `agent_session_invalid`: it is unknown, over or ended, or its owner is banned. `store_unavailable`
pub async fn verify(authority: &Authority, token: &str) -> Result<Principal, Failure> {
    let row = good(authority, token).await?.ok_or(Code::AgentSessionInvalid)?;
    Ok(Principal::Agent {
        user: row.text("user_id")?,
        agent: row.text("agent_id")?,
        session: row.text("id")?,
        scopes: tokens::scopes_of(&row)?,
    })
}

/// Tells what is known of an agent's session, and changes nothing.
///
/// # Errors
/// `store_unavailable`
pub async fn validate(context: &Context<'_>, session: ByToken) -> Result<Validation, Failure> {
    let Some(row) = good(context.authority, &session.token.0).await? else {
        return Ok(Validation { valid: false, agent: None, expires_at: None, metadata: None });
    };
    let metadata = row.json("metadata")?;
    Ok(Validation {
        valid: true,
        agent: Some(row.text("agent_id")?),
        expires_at: Some(row.instant("expires_at")?),
        metadata: (!metadata.is_null()).then_some(Metadata(metadata)),
    })
}

async fn good(authority: &Authority, token: &str) -> Result<Option<Row>, Failure> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    Ok(authority.store.row(statements::by_hash(&digest(token), authority.platform.now())).await?)
}
