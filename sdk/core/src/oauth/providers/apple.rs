//! What only Apple does: the client's secret is a token that it signs, and the user's name comes
//! once, beside the code.
//!
//! Source: [Sign in with Apple](https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    jose::Draft,
    json::{self, Value, object},
    oauth::form,
    time::{Seconds, UnixSeconds},
};

/// The longest that a secret may be good for.
pub const MAX_LIFETIME: Seconds = Seconds(15_777_000);

/// How long a name may be, in bytes.
const MAX_NAME: usize = 256;

/// Who signs the secret.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The developer's team.
    pub team: &'a str,
    /// The id of the key, a P-256 key that signs with ES256.
    pub key: &'a str,
    /// The client.
    pub client_id: &'a str,
}

/// The client's secret, to be signed; what comes of it is sent as
/// [`SecretPost`](crate::oauth::client_auth::ClientAuthentication::SecretPost).
///
/// # Errors
/// `invalid_parameters` at `lifetime`: zero, or longer than [`MAX_LIFETIME`].
pub fn secret(signer: &Signer<'_>, lifetime: Seconds, now: UnixSeconds) -> Result<Draft, Error> {
    if lifetime == Seconds(0) || lifetime > MAX_LIFETIME {
        return Err(Error::at(Code::InvalidParameters, "lifetime"));
    }
    let header = object(Vec::from([("alg", "ES256".into()), ("kid", signer.key.into())]));
    let claims = object(Vec::from([
        ("iss", signer.team.into()),
        ("iat", now.0.into()),
        ("exp", (now + lifetime).0.into()),
        ("aud", "https://appleid.apple.com".into()),
        ("sub", signer.client_id.into()),
    ]));
    Ok(Draft::new(&header, &claims))
}

/// The name that the user gave at the first sign-in, from the body that was posted to the client.
/// The browser brought it, so it is what the user says and no more; the e-mail address beside it is
/// left out, since the one in the ID token is verified.
#[must_use]
pub fn posted_name(body: &str) -> Option<String> {
    let mut found = form::decode(body).into_iter().filter(|(name, _)| name == "user");
    let (Some((_, text)), None) = (found.next(), found.next()) else { return None };
    let user = json::parse_object(text.as_bytes()).ok()?;
    let name = user.get("name")?;
    let part =
        |member| name.get(member).and_then(Value::as_str).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<&str> = [part("firstName"), part("lastName")].into_iter().flatten().collect();
    let name = parts.join(" ");
    let fits = (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    fits.then_some(name)
}
