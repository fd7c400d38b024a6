//! What the cookies hold, and how it is written.

use edgeward_core::{
    Code, Error, base64url,
    cookies::{
        Jar,
        session::{Cookie, Line, RANDOM_BYTES, Sender, after},
    },
    json::{self, Map, Value, object},
    oauth::authorize::Transaction,
    time::UnixSeconds,
};

use super::{Settings, text};

/// How many sign-ins may be under way in one browser: each is a cookie.
const MAX_TRANSACTIONS: usize = 4;

/// The session that the cookies hold, if it is of this issuer and this client.
pub(super) fn session(settings: &Settings, jar: &Jar<'_>) -> Option<Map> {
    let value = settings.cookie.read(jar, &settings.seals)?;
    let mut members = json::parse_object(value.as_bytes()).ok()?;
    let issuer = text(&members, ISSUER)?;
    let ours = settings.issuers.iter().any(|own| own == issuer);
    // A site that moved to another issuer, or from cookies to a store, has no use for old ones.
    let stored = !members.contains_key("record");
    if !ours || text(&members, CLIENT)? != settings.client_id || stored != settings.stored {
        return None;
    }
    members = members.into_iter().filter(|(name, _)| name != ISSUER && name != CLIENT).collect();
    Some(members)
}

/// The sign-ins under way: the key of each, and key and text as an object.
pub(super) fn transactions(settings: &Settings, jar: &Jar<'_>, now: UnixSeconds) -> Vec<(String, Value)> {
    let open = found(settings, jar, now).into_iter();
    open.map(|Found { key, text, .. }| {
        let value = object(vec![("key", key.as_str().into()), ("text", text.into())]);
        (key, value)
    })
    .collect()
}

/// Writes what a request has changed.
///
/// # Errors
/// `session_too_large`, and `invalid_parameters` for a question that is none.
pub(super) fn keep(settings: &Settings, question: &Map, now: UnixSeconds) -> Result<Value, Error> {
    let jar = Jar::parse(text(question, "cookie").unwrap_or_default())?;
    let mut random = Random::of(text(question, "random").unwrap_or_default())?;
    let mut lines = match question.get("session") {
        None => Vec::new(),
        Some(Value::Object(session)) => {
            let mut session = session.clone();
            session.insert(ISSUER.into(), settings.issuers.first().map(String::as_str).into());
            session.insert(CLIENT.into(), settings.client_id.as_str().into());
            let value = Value::Object(session).to_text();
            settings.cookie.write(&jar, &settings.seals, &value, &random.take()?)?
        }
        Some(_) => settings.cookie.clear(&jar),
    };
    lines.extend(keep_transactions(settings, &jar, question, now, &mut random)?);
    let cookie = after(&jar, &lines);
    let lines: Vec<Value> = lines.into_iter().map(|line| line.text.into()).collect();
    Ok(object(vec![("lines", Value::Array(lines)), ("cookie", cookie.into())]))
}

fn keep_transactions(
    settings: &Settings,
    jar: &Jar<'_>,
    question: &Map,
    now: UnixSeconds,
    random: &mut Random,
) -> Result<Vec<Line>, Error> {
    let Some(Value::Array(changes)) = question.get("transactions") else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let mut open = found(settings, jar, now);
    for change in changes {
        let key = change.get("key").and_then(Value::as_str).ok_or(Code::InvalidParameters)?;
        let cookie = slot(settings, key)?;
        let began = open.iter().find(|found| found.key == key).map_or(now, |found| found.began);
        open.retain(|found| found.key != key);
        let Some(text) = change.get("text").and_then(Value::as_str) else {
            lines.extend(cookie.clear(jar));
            continue;
        };
        let value =
            object(vec![("key", key.into()), ("text", text.into()), ("began", began.0.into())]).to_text();
        lines.extend(cookie.write(jar, &settings.seals, &value, &random.take()?)?);
    }
    // What was set now is newest; the oldest of the others make room.
    let set = changes.iter().filter(|change| change.get("text").is_some_and(Value::is_string)).count();
    open.sort_by_key(|found| found.began);
    let over = (open.len() + set).saturating_sub(MAX_TRANSACTIONS);
    for found in open.into_iter().take(over) {
        lines.extend(slot(settings, &found.key)?.clear(jar));
    }
    Ok(lines)
}

/// A sign-in under way.
struct Found {
    key: String,
    text: String,
    began: UnixSeconds,
}

fn found(settings: &Settings, jar: &Jar<'_>, now: UnixSeconds) -> Vec<Found> {
    let read = |suffix: &str| {
        let cookie = settings.cookie.beside(suffix, None).ok()?;
        let members = json::parse_object(cookie.read(jar, &settings.seals)?.as_bytes()).ok()?;
        let began = UnixSeconds(members.get("began")?.as_i64()?);
        let key = text(&members, "key")?.to_owned();
        // A browser forgets a cookie in time; somebody who kept a copy does not.
        let open = now.since(began) <= Transaction::LIFETIME;
        open.then(|| Some(Found { text: text(&members, "text")?.into(), key, began })).flatten()
    };
    settings.cookie.neighbours(jar).into_iter().filter_map(read).collect()
}

/// The cookie of a sign-in. The end of its key is the state, which is random.
fn slot(settings: &Settings, key: &str) -> Result<Cookie, Error> {
    let tail = key.len().saturating_sub(SLOT_NAME);
    let suffix = key.get(tail..).unwrap_or_default();
    if suffix.len() != SLOT_NAME || base64url::decode(suffix).is_err() {
        return Err(Code::InvalidParameters.into());
    }
    let sender = if settings.posted { Sender::Everybody } else { Sender::Site };
    Ok(settings.cookie.beside(suffix, Some(Transaction::LIFETIME))?.sent_by(sender))
}

const SLOT_NAME: usize = 16;
const ISSUER: &str = "issuer";
const CLIENT: &str = "client";

/// Random bytes, each given out once.
struct Random(Vec<[u8; RANDOM_BYTES]>);

impl Random {
    fn of(text: &str) -> Result<Self, Error> {
        let bytes = base64url::decode(text)?;
        Ok(Self(bytes.as_chunks::<RANDOM_BYTES>().0.to_vec()))
    }

    fn take(&mut self) -> Result<[u8; RANDOM_BYTES], Error> {
        self.0.pop().ok_or_else(|| Code::InvalidParameters.into())
    }
}
