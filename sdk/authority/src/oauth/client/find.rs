//! Which client an id is of.

use edgeward_core::{Code, json::Value, oauth::client_metadata};

use super::{Client, statements};
use crate::{Authority, Failure, oauth::settings::STANDARD_SCOPES};

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

/// The client of a metadata document. One that is not valid is none; of one that cannot be had nobody knows.
async fn described(authority: &Authority, id: &str) -> Result<Option<Client>, Failure> {
    let reach = authority.settings.reach;
    let Ok(address) = client_metadata::client_id(id, reach) else { return Ok(None) };
    let response = authority.platform.fetch(&client_metadata::request(&address)).await?;
    if response.status == 429 || response.status >= 500 {
        return Err(Code::NetworkFailed.into());
    }
    let Ok(members) = client_metadata::response(&address, &response) else { return Ok(None) };
    let Ok(client) = Client::read(id, &members, None, reach) else { return Ok(None) };
    // It names itself, and anybody can: what it may ask for is what strangers may.
    let scope = clamped(authority, members.get("scope").and_then(Value::as_str));
    let grants = client.grants.into_iter().filter(|grant| OPEN_GRANTS.contains(&grant.as_str())).collect();
    Ok(Some(Client { scope: Some(scope), grants, ..client }))
}

/// The grants that a client may have which nobody has looked at: a user has a say in each.
pub const OPEN_GRANTS: [&str; 3] = [super::CODE, super::REFRESH, super::DEVICE];

/// The scopes that a client may have which nobody has looked at.
#[must_use]
pub fn clamped(authority: &Authority, wanted: Option<&str>) -> String {
    let own = authority.settings.oauth.registration_scopes.iter().map(String::as_str);
    let open: Vec<&str> = STANDARD_SCOPES.into_iter().chain(own).collect();
    let Some(wanted) = wanted else { return open.join(" ") };
    wanted.split(' ').filter(|scope| open.contains(scope)).collect::<Vec<_>>().join(" ")
}
