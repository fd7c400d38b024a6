//! Which client an id is of.

use edgeward_core::{json::Value, oauth::client_metadata};

use super::{Client, statements};
use crate::{Authority, Failure, oauth::settings::STANDARD_SCOPES};

/// The client of an id: one of the settings, one that has registered itself, or one whose id is the address of
/// a document about it.
///
/// # Errors
/// `store_unavailable`
pub async fn find(authority: &Authority, id: &str) -> Result<Option<Client>, Failure> {
    let settings = &authority.settings;
    if let Some(client) = settings.oauth.clients.iter().find(|client| client.id == id) {
        return Ok(Some(client.clone()));
    }
    if id.contains("://") {
        return Ok(if settings.oauth.registration { described(authority, id).await } else { None });
    }
    let Some(row) = authority.store.row(statements::by_id(id)).await? else { return Ok(None) };
    let metadata = row.json("metadata")?;
    let members = metadata.as_object().cloned().unwrap_or_default();
    Ok(Some(Client::read(id, &members, row.optional_text("secret_hash")?, settings.reach)?))
}

/// The client of a metadata document. One that cannot be had, or is not valid, is none.
async fn described(authority: &Authority, id: &str) -> Option<Client> {
    let reach = authority.settings.reach;
    let address = client_metadata::client_id(id, reach).ok()?;
    let response = authority.platform.fetch(&client_metadata::request(&address)).await.ok()?;
    let members = client_metadata::response(&address, &response).ok()?;
    let client = Client::read(id, &members, None, reach).ok()?;
    // It names itself, and anybody can: what it may ask for is what strangers may.
    let scope = clamped(authority, members.get("scope").and_then(Value::as_str));
    Some(Client { scope: Some(scope), ..client })
}

/// The scopes that a client may have which nobody has looked at.
#[must_use]
pub fn clamped(authority: &Authority, wanted: Option<&str>) -> String {
    let own = authority.settings.oauth.registration_scopes.iter().map(String::as_str);
    let open: Vec<&str> = STANDARD_SCOPES.into_iter().chain(own).collect();
    let Some(wanted) = wanted else { return open.join(" ") };
    wanted.split(' ').filter(|scope| open.contains(scope)).collect::<Vec<_>>().join(" ")
}
