//! Clients whose id is the address of a document about them.
//!
//! Source: [OAuth Client ID Metadata Document](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/)

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use edgeward_core::{json::Value, oauth::client_metadata, time::UnixMillis};

use super::{CODE, Client, DEVICE, REFRESH};
use crate::{
    Authority, Failure,
    kept::{self, COOLDOWN, FRESH, Kept, USABLE},
    oauth::settings::STANDARD_SCOPES,
};

/// How many documents are kept at most.
const MOST: usize = 64;

/// The grants that a client may have which nobody has looked at: a user has a say in each.
pub const OPEN_GRANTS: [&str; 3] = [CODE, REFRESH, DEVICE];

/// What clients have published about themselves, the latest last; `None` if there was nothing good.
#[derive(Clone, Debug, Default)]
pub struct Documents(RefCell<VecDeque<(String, Kept<Option<Client>>)>>);

impl Documents {
    fn of(&self, id: &str) -> Option<Kept<Option<Client>>> {
        self.0.borrow().iter().find(|(own, _)| own == id).map(|(_, kept)| kept.clone())
    }

    fn keep(&self, id: &str, client: Option<Client>, now: UnixMillis) {
        let mut all = self.0.borrow_mut();
        all.retain(|(own, _)| own != id);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back((id.into(), Kept { value: Rc::new(client), at: now }));
    }
}

/// The client of a metadata document; of one that is not valid there is none.
///
/// # Errors
/// Those of the network: the document cannot be had now, and was not had lately.
pub async fn described(authority: &Authority, id: &str) -> Result<Option<Client>, Failure> {
    let (documents, now) = (&authority.settings.oauth.documents, authority.platform.now());
    let kept = documents.of(id);
    let lasts = |kept: &Kept<Option<Client>>| if kept.value.is_some() { FRESH } else { COOLDOWN };
    if let Some(kept) = kept.as_ref().filter(|kept| kept.is_younger(lasts(kept), now)) {
        return Ok((*kept.value).clone());
    }
    match read(authority, id).await {
        Ok(client) => {
            documents.keep(id, client.clone(), now);
            Ok(client)
        }
        Err(failure) => {
            let usable = kept.filter(|kept| kept.value.is_some() && kept.is_younger(USABLE, now));
            usable.map(|kept| (*kept.value).clone()).ok_or(failure)
        }
    }
}

async fn read(authority: &Authority, id: &str) -> Result<Option<Client>, Failure> {
    let reach = authority.settings.reach;
    let Ok(address) = client_metadata::client_id(id, reach) else { return Ok(None) };
    let response = kept::published(authority, &client_metadata::request(&address)).await?;
    let Ok(members) = client_metadata::response(&address, &response) else { return Ok(None) };
    let Ok(client) = Client::read(id, &members, None, reach) else { return Ok(None) };
    // It names itself, and anybody can: what it may ask for is what strangers may.
    let scope = clamped(authority, members.get("scope").and_then(Value::as_str));
    let grants = client.grants.into_iter().filter(|grant| OPEN_GRANTS.contains(&grant.as_str())).collect();
    Ok(Some(Client { scope: Some(scope), grants, ..client }))
}

/// The scopes that a client may have which nobody has looked at.
#[must_use]
pub fn clamped(authority: &Authority, wanted: Option<&str>) -> String {
    let own = authority.settings.oauth.registration_scopes.iter().map(String::as_str);
    let open: Vec<&str> = STANDARD_SCOPES.into_iter().chain(own).collect();
    let Some(wanted) = wanted else { return open.join(" ") };
    wanted.split(' ').filter(|scope| open.contains(scope)).collect::<Vec<_>>().join(" ")
}
