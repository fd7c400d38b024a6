//! Which client an id is of.

use super::{Client, documents::described, statements};
use crate::{Authority, Failure};

/// The client of an id: one of the settings, one that has registered itself, or one whose id is the address of
/// a document about it.
///
/// # Errors
/// `store_unavailable`; those of the network: the document cannot be had now
pub async fn find(authority: &Authority, id: &str) -> Result<Option<Client>, Failure> {
    let settings = &authority.settings;
    if let Some(client) = settings.oauth.clients.iter().find(|client| client.id == id) {
        return Ok(Some(client.clone()));
    }
    if id.contains("://") {
        return if settings.oauth.registration { described(authority, id).await } else { Ok(None) };
    }
    let Some(row) = authority.store.row(statements::by_id(id)).await? else { return Ok(None) };
    let metadata = row.json("metadata")?;
    let members = metadata.as_object().cloned().unwrap_or_default();
    Ok(Some(Client::read(id, &members, row.optional_text("secret_hash")?, settings.reach)?))
}
