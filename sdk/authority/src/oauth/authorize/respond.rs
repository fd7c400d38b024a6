//! The answer to a request for a code, which the browser carries to the client.
//!
//! Source: [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2),
//! [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)

use edgeward_core::{oauth::form, time::UnixMillis};

use super::{Problem, Request};
use crate::{
    Authority,
    context::{digest, random_id, random_text},
    http::Outgoing,
    oauth::{refusal::Refusal, statements},
    store::{Refused, guard},
    web::Session,
};

/// How long a code is good, in milliseconds.
const LIFETIME: i64 = 120_000;
const CODE_LENGTH: usize = 43;

/// Issues a code.
pub async fn code(authority: &Authority, request: &Request, session: &Session) -> Result<Outgoing, Problem> {
    let code = random_text(authority, CODE_LENGTH)?;
    let now = authority.platform.now();
    let new = statements::NewCode {
        hash: &digest(&code),
        grant: &random_id(authority)?,
        client: &request.client.id,
        user: &session.user.id,
        session: &session.id,
        redirect: &request.redirect,
        challenge: &request.challenge,
        nonce: request.nonce.as_deref(),
        scope: &request.scope,
        resources: &request.resources,
        jkt: request.jkt.as_deref(),
        authenticated_at: session.created_at,
        expires_at: UnixMillis(now.0.saturating_add(LIFETIME)),
    };
    let mut batch = Vec::new();
    if let Some(hash) = &request.pushed {
        batch.extend([statements::use_pushed(hash, now), guard()]);
    }
    batch.push(statements::insert_code(&new));
    match authority.store.batch(batch).await {
        Ok(_) => Ok(sent(authority, request, &[("code", code.as_str())])),
        Err(Refused::Constraint) => {
            Err(Problem::Page("The application's request was used already. Start again there."))
        }
        Err(refused) => Err(refused.into()),
    }
}

/// Tells the client why there is no code.
pub fn refusal(authority: &Authority, request: &Request, refusal: &Refusal) -> Outgoing {
    sent(authority, request, &[("error", refusal.word.as_str()), ("error_description", refusal.why)])
}

/// Sends the browser to the client's address, by GET whatever it came with.
fn sent(authority: &Authority, request: &Request, pairs: &[(&str, &str)]) -> Outgoing {
    let state = request.state.as_deref().map(|state| ("state", state));
    let issuer = ("iss", authority.settings.issuer.as_str());
    let pairs: Vec<_> = pairs.iter().copied().chain(state).chain([issuer]).collect();
    let joint = if request.redirect.contains('?') { "&" } else { "?" };
    let location = [&request.redirect, joint, &form::encode(&pairs)].concat();
    let headers = vec![
        ("location", location),
        ("cache-control", "no-store".into()),
        // The code is in the address: it goes to nobody else.
        ("referrer-policy", "no-referrer".into()),
    ];
    Outgoing { status: 303, headers, body: String::new() }
}
