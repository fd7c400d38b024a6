//! One value in several cookies.
//!
//! `name=3~HASH` says that `name.0` to `name.2` belong together. base64url has no `~`, so a value
//! that stands whole is never taken for a header.

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use sha2::{Digest, Sha256};

use crate::{
    base64url,
    cookies::Jar,
    error::{Code, Error},
};

/// How many chunks a value may have: Node and most proxies take 16 KiB of headers in all.
pub const MAX_CHUNKS: usize = 4;
/// How long a `Set-Cookie` line may be. Browsers drop cookies of more than 4096 bytes.
pub const MAX_COOKIE_BYTES: usize = 3800;

const BETWEEN: char = '~';
/// What a chunk's suffix needs: the dot and one digit.
const SUFFIX: usize = 2;

/// A value's cookies: what is behind the name, and the value. One that fits stays whole.
pub fn cut(value: &str, room: usize) -> Result<Vec<(String, String)>, Error> {
    if value.len() <= room {
        return Ok(vec![(String::new(), value.into())]);
    }
    let room = room.saturating_sub(SUFFIX);
    let count = value.len().div_ceil(room.max(1));
    if count > MAX_CHUNKS || room == 0 {
        return Err(Code::SessionTooLarge.into());
    }
    let header = [&count.to_string(), "~", &hash(value)].concat();
    let mut cookies = vec![(String::new(), header)];
    let mut rest = value;
    for number in 0..count {
        let (chunk, behind) = rest.split_at_checked(room.min(rest.len())).unwrap_or((rest, ""));
        cookies.push((suffix(number), chunk.into()));
        rest = behind;
    }
    Ok(cookies)
}

/// The value that stands under a name, whole or in chunks that belong together.
pub fn join(jar: &Jar<'_>, name: &str) -> Option<String> {
    let value = jar.value(name).ok()??;
    let Some((count, expected)) = value.split_once(BETWEEN) else { return Some(value.into()) };
    let count = (2..=MAX_CHUNKS).find(|number| number.to_string() == count)?;
    let mut whole = String::new();
    for number in 0..count {
        whole.push_str(jar.value(&[name, &suffix(number)].concat()).ok()??);
    }
    (hash(&whole) == expected).then_some(whole)
}

/// Whether a cookie is a chunk of that name, also one that is not in its right spelling: it is
/// never read, but removed.
pub fn is_chunk(own: &str, name: &str) -> bool {
    let number = own.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn suffix(number: usize) -> String {
    [".", &number.to_string()].concat()
}

fn hash(value: &str) -> String {
    base64url::encode(&Sha256::digest(value.as_bytes()))
}
