//! Sessions of Better Auth, read from the cookies that it writes.
//!
//! Two cookies belong together: the signed session token, and a snapshot of session and user that
//! is good for some minutes ("cookie cache", in one of three notations). The token alone says
//! nothing about whose it is, so both must be there and fit each other. A session that ends before
//! its snapshot is still believed until then: that is the price of not asking its server.
//!
//! Written after what `better-auth` 1.7 does; the tests read what it has written.

mod session;
mod signed;
mod snapshot;
pub mod write;

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

pub use signed::{open, seal};

use crate::{
    cookies::Jar,
    error::{Code, Error},
    jose::Key,
    jwt::{Claims, Policy},
    secret::Secret,
    time::UnixMillis,
};
use snapshot::{ContentSecret, Snapshot};

/// How long a secret must be, in bytes: as long as the hash that it keys.
pub const MIN_SECRET: usize = 32;

/// How the snapshot is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// JSON with an HMAC in it.
    #[default]
    Compact,
    /// A JWT signed with HS256.
    Jwt,
    /// A JWT encrypted with A256CBC-HS512.
    Jwe,
}

/// Where the cookies are, and how they are written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What stands for the issuer of these sessions.
    pub issuer: String,
    /// The name of the session cookie, without `__Secure-`.
    pub session_cookie: String,
    /// The name of the snapshot's cookie, without `__Secure-`.
    pub snapshot_cookie: String,
    /// How the snapshot is written.
    pub strategy: Strategy,
    /// Which version of it is good.
    pub version: String,
}

/// Reads sessions. It holds secrets, so it has no `Debug`.
pub struct Reader {
    settings: Settings,
    policy: Policy,
    secrets: Vec<SecretKeys>,
}

/// What is derived from one secret, once.
struct SecretKeys {
    secret: Secret,
    signing: Key,
    content: ContentSecret,
}

impl Reader {
    /// Reads what was written under one of these secrets: the current one, and those before it for
    /// as long as their cookies last.
    ///
    /// # Errors
    /// `config_invalid`, at the setting: no secret, one shorter than 32 bytes, or no issuer.
    pub fn new(settings: Settings, secrets: Vec<Secret>) -> Result<Self, Error> {
        if secrets.is_empty() || secrets.iter().any(|secret| secret.expose().len() < MIN_SECRET) {
            return Err(Error::at(Code::ConfigInvalid, "better_auth.secret_binding"));
        }
        if settings.issuer.is_empty() {
            return Err(Error::at(Code::ConfigInvalid, "better_auth.issuer"));
        }
        let policy = session::policy(&settings.issuer)?;
        let secrets = secrets.into_iter().map(SecretKeys::new).collect();
        Ok(Self { settings, policy, secrets })
    }

    /// Who is signed in: claims with `iss`, `sub`, `sid`, `email`, `roles` and so on, and with
    /// `session` and `user` as Better Auth has them, but for the session's token.
    ///
    /// # Errors
    /// `session_missing`: no session cookie, or one whose signature is not good.
    /// `session_snapshot_invalid`, at the part: the snapshot is absent, altered, expired, of
    /// another session or of another version. `session_expired`: the session itself has ended.
    /// `credential_malformed`: a cookie stands twice, or its chunks do not belong together.
    pub fn read(&self, cookies: &Jar<'_>, now: UnixMillis) -> Result<Claims, Error> {
        let (prefix, value) =
            cookies.preferred(&self.settings.session_cookie)?.ok_or(Code::SessionMissing)?;
        let token = self.secrets.iter().find_map(|keys| open(value, &keys.secret));
        let token = token.ok_or(Code::SessionMissing)?;
        // Both cookies are written with one prefix: another one is another writer's.
        let name = [prefix.as_str(), &self.settings.snapshot_cookie].concat();
        let text = cookies.chunked(&name)?.ok_or_else(|| invalid("session_data"))?;
        let snapshot = self.secrets.iter().find_map(|keys| match self.settings.strategy {
            Strategy::Compact => Snapshot::compact(&text, &keys.secret),
            Strategy::Jwt => Snapshot::jwt(&text, &keys.signing),
            Strategy::Jwe => keys.content.open(&text),
        });
        let snapshot = snapshot.ok_or_else(|| invalid("session_data"))?;
        if now >= snapshot.until {
            return Err(invalid("expiresAt"));
        }
        session::claims(snapshot, &token, &self.settings, &self.policy, now)
    }
}

impl SecretKeys {
    fn new(secret: Secret) -> Self {
        let signing = Key::symmetric(secret.clone(), None);
        Self { content: ContentSecret::derive(&secret), secret, signing }
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::SessionSnapshotInvalid, at)
}

#[cfg(test)]
mod tests;
