//! Devices without a browser: they show a code, and their user confirms it elsewhere.
//!
//! Source: [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)

mod confirm;
pub(super) mod statements;

use edgeward_core::{json::object, oauth::device::user_code, time::Seconds};

use super::{
    Route, client,
    mac::{self, Purpose},
    parameters::Parameters,
    refusal::{Refusal, Word},
};
use crate::{
    Authority,
    context::{digest, random_text},
    http::{Incoming, Outgoing},
    store::Refused,
};

pub use confirm::page;

/// How long a code is good.
const LIFETIME: Seconds = Seconds(900);
/// How long a device waits between two questions.
const INTERVAL: Seconds = Seconds(5);
const CODE_LENGTH: usize = 40;
/// How often a user code is drawn again that another device has.
const TRIES: usize = 3;

/// Answers a device that wants to be confirmed.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match begin(authority, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(),
    }
}

async fn begin(authority: &Authority, request: &Incoming) -> Result<Outgoing, Refusal> {
    let parameters = Parameters::of_form(request)?;
    let client = client::identified(authority, request, &parameters).await?;
    if !client.may(client::DEVICE) {
        return Err(Refusal::new(Word::UnauthorizedClient, "the client may not use this grant"));
    }
    let scope = parameters.scope(authority, client.scope.as_deref())?;
    let scope = scope.or_else(|| client.scope.clone()).unwrap_or_default();
    let resources = parameters.resources(authority)?;
    let device_code = random_text(authority, CODE_LENGTH)?;
    let now = authority.platform.now();
    for _ in 0..TRIES {
        let mut random = [0; 64];
        authority.platform.fill(&mut random)?;
        let Some(code) = user_code::from_random(&random) else { continue };
        let device = statements::NewDevice {
            hash: &digest(&device_code),
            user_code: &mac::of(authority, Purpose::UserCode, &code)?,
            client: &client.id,
            scope: &scope,
            resources: &resources,
            interval: INTERVAL,
            expires_at: now + LIFETIME,
        };
        match authority.store.row(statements::insert(&device)).await {
            Ok(_) => return Ok(shown(authority, &device_code, &code)),
            Err(Refused::Constraint) => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    Err(Refusal::new(Word::TemporarilyUnavailable, "try again"))
}

fn shown(authority: &Authority, device_code: &str, code: &str) -> Outgoing {
    let page = [authority.settings.issuer.as_str(), Route::Device.path()].concat();
    let code = user_code::shown(code);
    let members = vec![
        ("device_code", device_code.into()),
        ("user_code", code.as_str().into()),
        ("verification_uri", page.as_str().into()),
        ("verification_uri_complete", [&page, "?user_code=", &code].concat().into()),
        ("expires_in", LIFETIME.0.into()),
        ("interval", INTERVAL.0.into()),
    ];
    Outgoing::json(200, object(members).to_text())
}
