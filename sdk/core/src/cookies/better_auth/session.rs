//! From a snapshot to claims.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{Settings, invalid, snapshot::Snapshot};
use crate::{
    error::{Code, Error},
    jose::{Algorithm, jws::Payload},
    json::{self, Map, Value},
    jwt::{self, Claims, Expiration, Policy, Tolerance},
    secret::Secret,
    time::{Seconds, UnixMillis},
};

/// What the claims of a session satisfy by how they are made; times are checked without tolerance,
/// since both clocks belong to one house.
pub fn policy(issuer: &str) -> Result<Policy, Error> {
    let policy = Policy::new(issuer.into(), Vec::from([issuer.into()]), Vec::from([Algorithm::Hs256]))?;
    let tolerance = Tolerance::new(Seconds(0))?;
    Ok(Policy { audiences: Vec::new(), expiration: Expiration::Required, tolerance, ..policy })
}

/// The claims of a snapshot that fits the session cookie's token.
pub fn claims(
    snapshot: Snapshot,
    token: &str,
    settings: &Settings,
    policy: &Policy,
    now: UnixMillis,
) -> Result<Claims, Error> {
    let members = &snapshot.members;
    let object = |name, at| members.get(name).and_then(Value::as_object).ok_or_else(|| invalid(at));
    let (session, user) = (object("session", "session")?, object("user", "user")?);
    let version = match members.get("version") {
        None => "1",
        Some(version) => version.as_str().ok_or_else(|| invalid("version"))?,
    };
    if version != settings.version {
        return Err(invalid("version"));
    }
    let own_token = Secret::new(text(session, "token", "session.token")?.into());
    if own_token != Secret::new(token.into()) {
        return Err(invalid("session.token"));
    }
    let id = text(user, "id", "user.id")?;
    if text(session, "userId", "session.userId")? != id {
        return Err(invalid("session.userId"));
    }
    let ends = UnixMillis::parse(text(session, "expiresAt", "session.expiresAt")?);
    let ends = ends.ok_or_else(|| invalid("session.expiresAt"))?;
    if now >= ends {
        return Err(Code::SessionExpired.into());
    }
    let expires = snapshot.until.min(ends).to_seconds();
    let mut all = Vec::from([
        ("iss", settings.issuer.as_str().into()),
        ("sub", id.into()),
        ("sid", text(session, "id", "session.id")?.into()),
        ("exp", expires.0.into()),
        ("roles", roles(user).into()),
        ("session", Value::Object(without_token(session))),
        ("user", Value::Object(user.clone())),
    ]);
    for (claim, own) in [("email", "email"), ("email_verified", "emailVerified"), ("name", "name")] {
        all.extend(user.get(own).filter(|value| !value.is_null()).map(|value| (claim, value.clone())));
    }
    let began = session.get("createdAt").and_then(Value::as_str).and_then(UnixMillis::parse);
    all.extend(began.map(|began| ("auth_time", began.to_seconds().0.into())));
    let payload = Payload::parse(json::object(all).to_string().into_bytes())?;
    jwt::validate_payload(payload, policy, now.to_seconds())?.alone()
}

fn text<'m>(members: &'m Map, name: &str, at: &'static str) -> Result<&'m str, Error> {
    members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or_else(|| invalid(at))
}

/// Whoever reads the claims must not be able to be the session.
fn without_token(session: &Map) -> Map {
    session.iter().filter(|(name, _)| name != "token").cloned().collect()
}

/// The roles of the admin plugin: one text, separated by commas.
fn roles(user: &Map) -> Vec<String> {
    let role = user.get("role").and_then(Value::as_str).unwrap_or_default();
    role.split(',').map(str::trim).filter(|role| !role.is_empty()).map(String::from).collect()
}
