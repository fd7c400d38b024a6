//! Hears that the provider has signed the user out.
//!
//! Source: [OpenID Connect Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html),
//! [OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)

use edgeward_core::{
    Code, Error,
    json::{Members, Value, object},
    oauth::logout::{
        front_channel::{self, Named, Session},
        token,
    },
    session::Reason,
};

use super::authentic;
use crate::run::{Flow, Run};

/// Whom a logout token has signed out: `issuer`, `subject`, `sessionId`, `issuedAt` (seconds), `id`. Takes the
/// token, or the `body` that the provider posted.
///
/// # Errors
/// `logout_token_invalid`, and those of a token; `invalid_parameters` at `token`: there is neither.
pub(crate) fn told(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let text = match (args.text("token")?, args.text("body")?) {
        (Some(token), None) => token,
        (None, Some(body)) if body.len() <= token::MAX_BODY => token::from_body(body.as_bytes())?,
        _ => return Err(Error::at(Code::InvalidParameters, "token").into()),
    };
    let settings = &run.client.settings;
    let metadata = run.client.provider.metadata(run)?;
    let policy = token::policy(
        metadata.issuer.clone(),
        vec![settings.client_id.clone()],
        settings.policy.algorithms.clone(),
        settings.policy.tolerance,
    )?;
    let verified = authentic(run, metadata, &text, &policy)?;
    let logout = token::validate(verified, &policy, run.now().wall.to_seconds())?;
    Ok(object(vec![
        ("issuer", logout.issuer.as_str().into()),
        ("subject", logout.subject.as_deref().into()),
        ("sessionId", logout.session.as_deref().into()),
        ("issuedAt", logout.issued.0.into()),
        ("id", logout.id.as_str().into()),
    ]))
}

/// Ends the session if the provider's request, whose `query` is given, is about it: then true. False: nobody
/// is signed in.
///
/// # Errors
/// `logout_request_invalid`: it is about another session, or does not say about which.
pub(crate) fn front_channel(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let client = run.client;
    let query = match args.member("query") {
        Some(Value::String(query)) => query,
        _ => return Err(Error::at(Code::InvalidParameters, "query").into()),
    };
    client.session.start(run)?;
    let Some(grant) = client.session.granted(run)? else { return Ok(false.into()) };
    let text = |name| grant.claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").unwrap_or(client.settings.issuer.as_str());
    front_channel::check(&query, &Session { issuer, id: text("sid") }, Named::Session)?;
    client.session.sign_out(run, Reason::Revoked)?;
    Ok(true.into())
}
