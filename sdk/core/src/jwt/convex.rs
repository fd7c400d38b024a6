//! What Convex makes of a token: the object that `ctx.auth.getUserIdentity()` gives.
//!
//! Written after Convex's own source (`crates/keybroker`, `UserIdentity::from_token` and `from_custom_jwt`) and the type
//! `UserIdentity` of npm `convex`.

use alloc::{string::String, vec::Vec};

use super::numeric_date;
use crate::{
    error::{Code, Error},
    json::{Map, Value},
};

/// How the issuer is configured in `auth.config.ts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// `{ domain, applicationID }`: the claims of OpenID Connect have fields of their own.
    Oidc,
    /// `{ type: "customJwt", … }`: every claim is a custom one, and what lies inside of objects has a dotted name.
    CustomJwt,
}

/// What a field is made of.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Flag,
    /// `formatted` of the object.
    Address,
    /// A NumericDate, written as RFC 3339 has it.
    Instant,
}

/// The claims of OpenID Connect, and their fields.
///
/// Source: [OpenID Connect Core §5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)
const FIELDS: [(&str, &str, Kind); 19] = [
    ("name", "name", Kind::Text),
    ("given_name", "givenName", Kind::Text),
    ("family_name", "familyName", Kind::Text),
    ("nickname", "nickname", Kind::Text),
    ("preferred_username", "preferredUsername", Kind::Text),
    ("profile", "profileUrl", Kind::Text),
    ("picture", "pictureUrl", Kind::Text),
    ("website", "websiteUrl", Kind::Text),
    ("email", "email", Kind::Text),
    ("email_verified", "emailVerified", Kind::Flag),
    ("gender", "gender", Kind::Text),
    ("birthdate", "birthday", Kind::Text),
    ("zoneinfo", "timezone", Kind::Text),
    ("locale", "language", Kind::Text),
    ("phone_number", "phoneNumber", Kind::Text),
    ("phone_number_verified", "phoneNumberVerified", Kind::Flag),
    ("address", "address", Kind::Address),
    ("updated_at", "updatedAt", Kind::Instant),
    ("middle_name", "", Kind::Text),
];

/// Claims of an ID token that say something about the token, and stand in no identity.
const OF_ID_TOKENS: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    FACTOR_AGE,
];
/// The same of any token: those of RFC 7519.
const OF_TOKENS: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", FACTOR_AGE];
/// It grows from refresh to refresh, and would make every cached query another one.
const FACTOR_AGE: &str = "fva";

/// Maps the claims of a verified token to the identity that a Convex function sees: `tokenIdentifier` (`iss|sub`),
/// `subject`, `issuer`, the profile, and custom claims under their own names. No claim takes the place of a field.
///
/// # Errors
/// `token_claim_missing` at `iss` or `sub`. `token_claim_invalid` at a claim of the profile that is not what
/// OpenID Connect says: Convex refuses such a token.
pub fn identity(claims: &Map, provider: Provider) -> Result<Map, Error> {
    let text = |name: &'static str| match claims.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(Error::at(Code::TokenClaimInvalid, name)),
        None => Err(Error::at(Code::TokenClaimMissing, name)),
    };
    let (issuer, subject) = (text("iss")?, text("sub")?);
    let mut identity = Map::default();
    identity.insert("tokenIdentifier".into(), [issuer, "|", subject].concat().into());
    identity.insert("subject".into(), subject.into());
    identity.insert("issuer".into(), issuer.into());
    let custom = match provider {
        Provider::Oidc => {
            profile(claims, &mut identity)?;
            custom(claims)
        }
        Provider::CustomJwt => {
            let own = claims.iter().filter(|(name, _)| !OF_TOKENS.contains(&name.as_str()));
            let mut flat = Vec::new();
            own.for_each(|(name, value)| flatten(name, value, &mut flat));
            flat
        }
    };
    for (name, value) in custom {
        if !is_field(&name) && !identity.contains_key(&name) {
            identity.insert(name, value);
        }
    }
    Ok(identity)
}

fn profile(claims: &Map, identity: &mut Map) -> Result<(), Error> {
    for (claim, field, kind) in FIELDS {
        let invalid = Error::at(Code::TokenClaimInvalid, claim);
        let value = match (claims.get(claim), kind) {
            (None | Some(Value::Null), _) => continue,
            (Some(value @ Value::String(_)), Kind::Text) | (Some(value @ Value::Bool(_)), Kind::Flag) => {
                value.clone()
            }
            (Some(Value::Object(address)), Kind::Address) => match address.get("formatted") {
                Some(text @ Value::String(_)) => text.clone(),
                None | Some(Value::Null) => continue,
                Some(_) => return Err(invalid),
            },
            (Some(value), Kind::Instant) => {
                let written = numeric_date(value).ok_or(invalid)?.to_millis().to_iso();
                written.replace(".000Z", "+00:00").into()
            }
            _ => return Err(invalid),
        };
        // `middle_name` is read, and told to nobody.
        if !field.is_empty() {
            identity.insert(field.into(), value);
        }
    }
    Ok(())
}

/// What neither the token nor the profile needs, as it is. A name in another language (`name#de`) belongs to the profile.
fn custom(claims: &Map) -> Vec<(String, Value)> {
    let is_known = |name: &str| {
        let name = name.split('#').next().unwrap_or(name);
        OF_ID_TOKENS.contains(&name) || FIELDS.iter().any(|(claim, ..)| *claim == name)
    };
    claims.iter().filter(|(name, _)| !is_known(name)).cloned().collect()
}

/// The values inside of objects under their path; an object without members is none.
fn flatten(name: &str, value: &Value, flat: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(member, value)| flatten(&[name, ".", member].concat(), value, flat));
        }
        _ => flat.push((name.into(), value.clone())),
    }
}

/// Whether a name is that of a field, whoever the provider is: nobody passes for somebody else by a custom claim.
fn is_field(name: &str) -> bool {
    ["tokenIdentifier", "subject", "issuer"].contains(&name)
        || FIELDS.iter().any(|(claim, field, _)| *field == name && field != claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// Claims, how their issuer is configured, and what a function sees.
    const GOLDEN: &str = include_str!("convex.json");

    fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
        value.get(name).unwrap()
    }

    #[test]
    fn an_identity_is_what_convex_makes_of_the_claims() {
        let table = json::parse(GOLDEN.as_bytes()).unwrap();
        let rows = table.as_array().unwrap();
        assert!(rows.len() >= 12);
        for row in rows {
            let provider = match member(row, "provider").as_str().unwrap() {
                "oidc" => Provider::Oidc,
                "customJwt" => Provider::CustomJwt,
                other => panic!("{other}"),
            };
            let found = identity(member(row, "claims").as_object().unwrap(), provider);
            let name = member(row, "name").to_text();
            match row.get("refused") {
                Some(at) => assert_eq!(Value::from(found.unwrap_err().at), at.clone(), "{name}"),
                None => {
                    let sorted = |map: &Map| {
                        let mut members: Vec<_> =
                            map.iter().map(|(name, value)| (name.clone(), value.to_text())).collect();
                        members.sort();
                        members
                    };
                    let expected = member(row, "identity").as_object().unwrap();
                    assert_eq!(sorted(&found.unwrap()), sorted(expected), "{name}");
                }
            }
        }
    }
}
