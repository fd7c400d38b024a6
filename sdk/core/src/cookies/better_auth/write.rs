//! The snapshot, written so that Better Auth reads it.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Strategy, snapshot::ContentSecret};
use crate::{
    base64url,
    error::{Code, Error},
    json::{self, Map, Value},
    secret::Secret,
    time::{Seconds, UnixMillis},
};

/// How many random bytes a snapshot needs.
pub const RANDOM_BYTES: usize = 32;
/// How long a snapshot may be, in bytes: half of what is read of all cookies together.
const MAX_SNAPSHOT: usize = 32 * 1024;
/// How long it may be as a token: as much as is read of one.
const MAX_TOKEN: usize = 16 * 1024;
/// How long a cookie may be with its name and attributes, as Better Auth reckons: a little less than Safari takes.
const MAX_COOKIE: usize = 4050;
/// The suffix that room is left for.
const LONGEST_SUFFIX: usize = ".99".len();

/// Writes a snapshot that lasts so many seconds. The random bytes must be new each time.
///
/// # Errors
/// `session_too_large`: more than 32 KiB, as a token more than 16 KiB. `algorithm_unsupported`: the encrypted one, built without `jwe`.
pub fn snapshot(
    strategy: Strategy,
    secret: &Secret,
    members: Map,
    lifetime: Seconds,
    now: UnixMillis,
    random: &[u8; RANDOM_BYTES],
) -> Result<String, Error> {
    let text = match strategy {
        Strategy::Compact => compact(secret, members, lifetime, now)?,
        Strategy::Jwt => jwt(secret, claims(members, lifetime, now))?,
        Strategy::Jwe => {
            let mut members = claims(members, lifetime, now);
            let (iv, id) = random.split_first_chunk().ok_or(Code::InternalError)?;
            members.insert("jti".into(), uuid(id).into());
            ContentSecret::derive(secret).seal(&Value::Object(members).to_text(), iv)?
        }
    };
    let longest = if strategy == Strategy::Compact { MAX_SNAPSHOT } else { MAX_TOKEN };
    if text.len() > longest { Err(Code::SessionTooLarge.into()) } else { Ok(text) }
}

/// Cuts a value into what fits one cookie each: what is behind the name, and the value. `line` is how long the line
/// of an empty cookie of that name is, with all its attributes.
#[must_use]
pub fn chunks(value: &str, line: usize) -> Vec<(String, String)> {
    let room = MAX_COOKIE.saturating_sub(line.saturating_add(LONGEST_SUFFIX)).max(1);
    if value.len() <= room {
        return Vec::from([(String::new(), value.into())]);
    }
    let mut chunks = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        // base64url has no character of more than one byte.
        let (chunk, behind) = rest.split_at_checked(room.min(rest.len())).unwrap_or((rest, ""));
        chunks.push(([".", &chunks.len().to_string()].concat(), chunk.into()));
        rest = behind;
    }
    chunks
}

fn compact(secret: &Secret, members: Map, lifetime: Seconds, now: UnixMillis) -> Result<String, Error> {
    let session = stringified(&Value::Object(members).to_text());
    let open = session.strip_suffix('}').unwrap_or(&session);
    let until = now.0.saturating_add(i64::from(lifetime.0).saturating_mul(1000)).to_string();
    let mac = mac(secret)?.chain_update(open).chain_update(",\"expiresAt\":").chain_update(&until);
    let signature = base64url::encode(&mac.chain_update("}").finalize().into_bytes());
    let parts =
        ["{\"session\":", &session, ",\"expiresAt\":", &until, ",\"signature\":\"", &signature, "\"}"];
    Ok(base64url::encode(parts.concat().as_bytes()))
}

fn jwt(secret: &Secret, claims: Map) -> Result<String, Error> {
    let header = json::object(Vec::from([("alg", "HS256".into())])).to_text();
    let [header, claims] =
        [header, Value::Object(claims).to_text()].map(|part| base64url::encode(part.as_bytes()));
    let input = [header.as_str(), ".", &claims].concat();
    let signature = mac(secret)?.chain_update(&input).finalize().into_bytes();
    Ok([input.as_str(), ".", &base64url::encode(&signature)].concat())
}

fn claims(mut members: Map, lifetime: Seconds, now: UnixMillis) -> Map {
    let issued = now.to_seconds();
    members.insert("iat".into(), issued.0.into());
    members.insert("exp".into(), (issued + lifetime).0.into());
    members
}

fn mac(secret: &Secret) -> Result<Hmac<Sha256>, Error> {
    Hmac::new_from_slice(secret.expose()).map_err(|_| Code::InternalError.into())
}

/// JSON as `JSON.stringify` writes it, which has short escapes for some control characters.
fn stringified(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let short =
            [("u0008", "\\b"), ("u0009", "\\t"), ("u000a", "\\n"), ("u000c", "\\f"), ("u000d", "\\r")];
        let found = short.iter().find_map(|(long, short)| Some((*short, after.strip_prefix(long)?)));
        rest = if let Some((short, behind)) = found {
            out.push_str(short);
            behind
        } else {
            // The character that is escaped goes along: it may be a backslash itself.
            let next = after.chars().next().map_or(0, char::len_utf8);
            let (escaped, behind) = after.split_at_checked(next).unwrap_or((after, ""));
            out.push('\\');
            out.push_str(escaped);
            behind
        };
    }
    out.push_str(rest);
    out
}

/// A random UUID of sixteen random bytes.
///
/// Source: [RFC 9562 §5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)
fn uuid(random: &[u8]) -> String {
    let mut out = String::with_capacity(36);
    for (at, byte) in random.iter().take(16).enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            out.push('-');
        }
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        out.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_those_of_javascript() {
        let value = Value::String("\u{8}\t\n\u{b}\u{c}\r\u{0}\u{1f}\"\\u0009\\\u{7f}ü\u{2028}".into());
        let expected = "\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\\\"\\\\u0009\\\\\u{7f}ü\u{2028}\"";
        assert_eq!(stringified(&value.to_text()), expected);
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_value_is_cut_where_it_does_not_fit() {
        assert_eq!(chunks("abc", 100), [(String::new(), String::from("abc"))]);
        let long = "x".repeat(40_000);
        let cut = chunks(&long, 150);
        assert_eq!(cut.len(), 11);
        assert!(cut.iter().all(|(_, value)| value.len() + 150 + LONGEST_SUFFIX <= MAX_COOKIE));
        assert_eq!((cut[9].0.as_str(), cut[10].0.as_str()), (".9", ".10"));
        assert_eq!(cut.into_iter().map(|(_, value)| value).collect::<String>(), long);
    }

    proptest! {
        #[test]
        fn what_is_escaped_otherwise_is_the_same_value(text in any::<String>()) {
            let value = Value::String(text);
            prop_assert_eq!(json::parse(stringified(&value.to_text()).as_bytes()), Ok(value));
        }
    }
}
