//! Hands on what the client has: a token for somebody else, narrower and shorter than its own.
//!
//! Source: [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693).

use edgeward_core::{
    Code, Error,
    json::{Members, Value, object},
    oauth::{
        exchange::{self, Exchange, Exchanged, Typed, kind},
        form, scope,
    },
    session::{Access, Handed, Millis, Target},
    time::Seconds,
};

use super::credentials;
use crate::{
    run::{Flow, Run},
    session::Want,
};

/// What is wanted of the new token.
struct Wanted {
    audiences: Vec<String>,
    resources: Vec<String>,
    /// Empty: that of the parent.
    scope: String,
    lifetime: Option<Seconds>,
    names_actor: bool,
}

/// The token that is exchanged.
struct Parent {
    token: String,
    /// What it allows; unknown of a token that the application has from elsewhere.
    scope: Option<String>,
    /// What is left of its life, if that is known.
    left: Option<Millis>,
}

/// Gives a token in exchange for `subjectToken`, or else for the session's, or for the client's own if
/// it acts for itself.
///
/// # Errors
/// `invalid_scope` at `scope`, `invalid_parameters` at `ttlSeconds`: it would be wider or longer than
/// its parent; nothing was sent. `response_invalid` at `scope`: what came is wider than what was asked
/// for. Those of the session, of discovery and of the token endpoint.
pub(crate) fn run(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let wanted = read(args)?;
    let parent = match args.text("subjectToken")? {
        Some(token) => Parent { token, scope: None, left: None },
        None => parent(run, wanted.lifetime)?,
    };
    if parent.scope.as_ref().is_some_and(|granted| !scope::covers(granted, &wanted.scope)) {
        return Err(Error::at(Code::InvalidScope, "scope").into());
    }
    if let (Some(lifetime), Some(left)) = (wanted.lifetime, parent.left)
        && Millis::from(lifetime) > left
    {
        return Err(Error::at(Code::InvalidParameters, "ttlSeconds").into());
    }
    let asked = run.now();
    let exchanged = send(run, &wanted, &parent)?;
    // What was asked for, or what the parent allows.
    let most = Some(wanted.scope.as_str()).filter(|scope| !scope.is_empty()).or(parent.scope.as_deref());
    let scope = exchanged.tokens.scope.as_deref().or(most).unwrap_or_default();
    if most.is_some_and(|most| !scope::covers(most, scope)) {
        return Err(Error::at(Code::ResponseInvalid, "scope").into());
    }
    let bounds =
        [exchanged.tokens.expires_in.map(Millis::from), wanted.lifetime.map(Millis::from), parent.left];
    let lifetime = bounds.into_iter().flatten().min();
    Ok(object(vec![
        ("token", exchanged.tokens.access_token.as_str().into()),
        (
            "tokenType",
            if exchanged.is_access_token { exchanged.tokens.token_type.as_str() } else { "N_A" }.into(),
        ),
        ("issuedTokenType", exchanged.issued.as_str().into()),
        ("scope", scope::list(scope).map(String::from).collect::<Vec<_>>().into()),
        ("expiresAt", lifetime.map(|lifetime| asked.wall.0.saturating_add(lifetime.0)).into()),
    ]))
}

fn read(args: &Members) -> Result<Wanted, Error> {
    let actor = match args.member("actor") {
        None => false,
        Some(Value::String(actor)) if actor == "self" => true,
        Some(_) => return Err(Error::at(Code::InvalidParameters, "actor")),
    };
    let lifetime = args.number("ttlSeconds")?.map(Seconds);
    if lifetime == Some(Seconds(0)) {
        return Err(Error::at(Code::InvalidParameters, "ttlSeconds"));
    }
    Ok(Wanted {
        audiences: args.texts("audience")?.unwrap_or_default(),
        resources: args.texts("resource")?.unwrap_or_default(),
        scope: scope::normal(&args.texts("scope")?.unwrap_or_default().join(" ")),
        lifetime,
        names_actor: actor,
    })
}

/// The token to exchange, good for as long as the new one shall be.
fn parent(run: &Run<'_>, lifetime: Option<Seconds>) -> Flow<Parent> {
    let min_validity = lifetime.map_or(Millis(0), Millis::from);
    let want = Want { target: Target::default(), force: false, min_validity };
    let handed = run.client.session.access(run, want)?;
    let left = handed.access.expires_in.map(|lifetime| {
        let age = run.now().wall.0.saturating_sub(handed.access.received_at.0);
        Millis::from(lifetime) - Millis(age.max(0))
    });
    let Access { token, scope, .. } = &handed.access;
    Ok(Parent { token: token.clone(), scope: Some(scope.clone()), left })
}

fn send(run: &Run<'_>, wanted: &Wanted, parent: &Parent) -> Flow<Exchanged> {
    let actor = if wanted.names_actor { actor(run)? } else { None };
    let typed = |token| Typed { token, kind: kind::ACCESS_TOKEN };
    let asked = Exchange {
        subject: typed(&parent.token),
        actor: actor.as_ref().map(|actor| typed(&actor.access.token)),
        requested: Some(kind::ACCESS_TOKEN),
        audiences: &wanted.audiences,
        resources: &wanted.resources,
        scope: Some(wanted.scope.as_str()).filter(|scope| !scope.is_empty()),
    };
    let metadata = run.client.provider.metadata(run)?;
    let mut request = exchange::request(metadata, &run.client.settings.client_id, &asked)?;
    if let Some(lifetime) = wanted.lifetime {
        // No specification has a name for it; servers that know this one obey, the others are bounded here.
        form::add(&mut request, &[("expires_in", &form::decimal(lifetime.0))]);
    }
    let (answer, kind) = super::send(run, request, None)?;
    Ok(exchange::response(&answer, &asked, kind)?)
}

/// The client's own token, which says who acts. A public client has none: there the server goes by
/// the client that asks.
fn actor<'a>(run: &Run<'a>) -> Flow<Option<&'a Handed>> {
    let settings = &run.client.settings;
    if settings.acts_for_itself || !settings.authentication.is_confidential() {
        return Ok(None);
    }
    let want = Want { target: Target::default(), force: false, min_validity: Millis(0) };
    credentials::access(run, want).map(Some)
}
