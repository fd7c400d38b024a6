//! The snapshot of session and user that the browser carries, so that reading them needs no store.

use edgeward_core::{
    Error,
    cookies::better_auth::{
        Reader, Settings,
        write::{self, RANDOM_BYTES},
    },
    json::{Map, Value},
    time::UnixMillis,
};

use super::{
    Remember, Session,
    cookie::{self, Cookie},
};
use crate::{Authority, Failure, context::Context, http::Incoming, users::User};

/// The session of a request's cookies, as its snapshot says if there is one that is good, and as the store says
/// otherwise. A session that was ended meanwhile is believed for as long as the snapshot lasts, so nothing is changed
/// by its word.
///
/// # Errors
/// `store_unavailable`
pub async fn cached(authority: &Authority, request: &Incoming) -> Result<Option<Session>, Failure> {
    match read(authority, request) {
        Some(session) => Ok(Some(session)),
        None => super::of(authority, request).await,
    }
}

/// The session that the snapshot of a request tells of, if it is good and belongs to the session's cookie.
pub fn read(authority: &Authority, request: &Incoming) -> Option<Session> {
    let cache = authority.settings.sessions.cookie_cache.as_ref()?;
    let token = cookie::token(authority, request)?;
    let settings = Settings {
        issuer: authority.settings.issuer.clone(),
        session_cookie: Cookie::Token.name(authority),
        snapshot_cookie: Cookie::Snapshot.name(authority),
        strategy: cache.strategy,
        version: cache.version.clone(),
    };
    let reader = Reader::new(settings, authority.settings.secrets.clone()).ok()?;
    let claims = reader.read(&cookie::jar(request)?, authority.platform.now()).ok()?.into_members();
    let object = |name| claims.get(name).and_then(Value::as_object);
    session_of(object("session")?, object("user")?, token)
}

/// The `Set-Cookie` lines of the snapshot; none if there is to be none, or if it is too long for cookies.
///
/// # Errors
/// `runtime_unsupported`: there is no randomness.
pub fn written(context: &Context<'_>, session: &Session) -> Result<Vec<String>, Error> {
    let authority = context.authority;
    let Some(cache) = &authority.settings.sessions.cookie_cache else { return Ok(Vec::new()) };
    let mut random = [0; RANDOM_BYTES];
    authority.platform.fill(&mut random)?;
    let members: Map = [
        ("session".into(), Value::Object(session_members(session, &session.token))),
        ("user".into(), Value::Object(user_members(&session.user))),
        ("updatedAt".into(), context.now.0.into()),
        ("version".into(), cache.version.as_str().into()),
    ]
    .into_iter()
    .collect();
    let secret = context.secret()?;
    let Ok(value) = write::snapshot(cache.strategy, secret, members, cache.max_age, context.now, &random)
    else {
        return Ok(Vec::new());
    };
    let lifetime = (session.remember == Remember::Yes).then_some(cache.max_age);
    let name = Cookie::Snapshot.name(authority);
    let room = cookie::line(authority, &name, "", lifetime).len();
    let chunks = write::chunks(&value, room).into_iter();
    Ok(chunks
        .map(|(suffix, value)| cookie::line(authority, &[&name, suffix.as_str()].concat(), &value, lifetime))
        .collect())
}

/// A session in the words of Better Auth. `token` stands for it: the token itself, where it is the caller's own.
pub fn session_members(session: &Session, token: &str) -> Map {
    let optional = |value: &Option<String>| value.as_deref().unwrap_or_default().into();
    let mut members: Map = [
        ("id".into(), session.id.as_str().into()),
        ("token".into(), token.into()),
        ("userId".into(), session.user.id.as_str().into()),
        ("expiresAt".into(), session.expires_at.to_iso().into()),
        ("createdAt".into(), session.created_at.to_iso().into()),
        ("updatedAt".into(), session.updated_at.to_iso().into()),
        ("ipAddress".into(), optional(&session.ip_address)),
        ("userAgent".into(), optional(&session.user_agent)),
    ]
    .into_iter()
    .collect();
    if let Some(admin) = &session.impersonated_by {
        members.insert("impersonatedBy".into(), admin.as_str().into());
    }
    members
}

/// A user in the words of Better Auth, which wants a name and an address of everybody.
pub fn user_members(user: &User) -> Map {
    let required = |value: &Option<String>| value.as_deref().unwrap_or_default().into();
    [
        ("id".into(), user.id.as_str().into()),
        ("name".into(), required(&user.name)),
        ("email".into(), required(&user.email)),
        ("emailVerified".into(), user.email_verified.into()),
        ("image".into(), user.image.as_deref().into()),
        ("role".into(), user.role.as_str().into()),
        ("createdAt".into(), user.created_at.to_iso().into()),
        ("updatedAt".into(), user.updated_at.to_iso().into()),
    ]
    .into_iter()
    .collect()
}

fn session_of(session: &Map, user: &Map, token: String) -> Option<Session> {
    let text = |members: &Map, name: &str| Some(members.get(name)?.as_str()?.to_owned());
    let some = |members: &Map, name: &str| text(members, name).filter(|text| !text.is_empty());
    let instant = |members: &Map, name: &str| UnixMillis::parse(&text(members, name)?);
    Some(Session {
        id: text(session, "id")?,
        token,
        user: User {
            id: text(user, "id")?,
            name: some(user, "name"),
            email: some(user, "email"),
            email_verified: *user.get("emailVerified")? == Value::Bool(true),
            image: some(user, "image"),
            role: some(user, "role").unwrap_or_default(),
            // Who was banned when it was written has none.
            banned_until: None,
            created_at: instant(user, "createdAt")?,
            updated_at: instant(user, "updatedAt")?,
        },
        // A session that ends with the browser is not prolonged; what a snapshot tells of is prolonged by nobody.
        remember: Remember::No,
        impersonated_by: some(session, "impersonatedBy"),
        user_agent: some(session, "userAgent"),
        ip_address: some(session, "ipAddress"),
        created_at: instant(session, "createdAt")?,
        updated_at: instant(session, "updatedAt")?,
        expires_at: instant(session, "expiresAt")?,
    })
}
