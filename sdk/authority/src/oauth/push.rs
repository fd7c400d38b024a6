//! Requests that a client pushes beforehand, so that a browser carries no more than a name of them.
//!
//! Source: [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126)

use edgeward_core::{json::object, time::Seconds};

use super::{
    authorize::{self, Problem},
    client, dpop,
    parameters::Parameters,
    refusal::{Refusal, Word},
    statements,
};
use crate::{
    Authority,
    context::{digest, random_text},
    http::{Incoming, Outgoing},
};

/// How long a pushed request is good: long enough to sign in.
const LIFETIME: Seconds = Seconds(600);
const NAME_LENGTH: usize = 43;
/// What shows who the client is, and is not kept.
const CREDENTIALS: [&str; 4] = ["client_secret", "client_assertion", "client_assertion_type", "request_uri"];

/// Answers a client that pushes a request.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match push(authority, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(),
    }
}

async fn push(authority: &Authority, request: &Incoming) -> Result<Outgoing, Refusal> {
    let parameters = Parameters::of_form(request)?;
    let client = client::identified(authority, request, &parameters).await?;
    if parameters.get("request_uri").is_some() {
        return Err(Refusal::request("a pushed request does not name another one"));
    }
    let shown = dpop::key(authority, request).await?;
    if shown.is_some() && parameters.get("dpop_jkt").is_some_and(|jkt| shown.as_deref() != Some(jkt)) {
        return Err(Refusal::new(Word::InvalidDpopProof, "dpop_jkt names another key"));
    }
    let checked = authorize::validated(authority, client, &parameters, String::new());
    let checked = checked.map_err(|problem| match problem {
        Problem::Page(why) => Refusal::request(why),
        Problem::Client(_, refusal) => refusal,
        Problem::Failure(failure) => failure.into(),
    })?;
    let name = random_text(authority, NAME_LENGTH)?;
    let now = authority.platform.now();
    let until = now + LIFETIME;
    let kept = parameters.to_text(&CREDENTIALS);
    let push = statements::push(&digest(&name), &checked.client.id, &kept, shown.as_deref(), until);
    authority.store.row(push).await?;
    let members =
        vec![("request_uri", [authorize::PUSHED, &name].concat().into()), ("expires_in", LIFETIME.0.into())];
    Ok(Outgoing::json(201, object(members).to_text()))
}
