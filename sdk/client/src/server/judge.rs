//! Whether a session that a request brought is to be used, refreshed or forgotten.

use edgeward_core::{
    Code, Error,
    json::{self, Map, Value, object},
    jwt::numeric_date,
    session::{Access, Grant, Record, Target},
    time::UnixMillis,
};

use super::{Settings, text};

/// The names under which it is written down that the issuer has ended this session, where it says so.
fn endings(settings: &Settings, grant: &Grant) -> Vec<String> {
    let text = |name| grant.claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").unwrap_or_default();
    let named = |kind, id: Option<&str>| id.map(|id| place(issuer, kind, id));
    if !settings.told {
        return Vec::new();
    }
    [named(SESSION, text("sid")), named(SUBJECT, grant.subject.as_deref())].into_iter().flatten().collect()
}

/// Whether one of those texts ends the session: its own end does, and that of all the subject's sessions does
/// if it came after the sign-in.
fn is_ended(grant: &Grant, written: &[Value]) -> bool {
    let signed_in = grant.claims.get("iat").and_then(numeric_date).map_or(i64::MIN, |at| at.0);
    written.iter().filter_map(Value::as_str).filter_map(|text| json::parse(text.as_bytes()).ok()).any(|end| {
        let at = end.get(ISSUED).and_then(Value::as_i64).unwrap_or(i64::MAX);
        end.get(SESSION).is_some() || signed_in <= at
    })
}

/// What is written down of a logout that the issuer has told: `key` and `text`.
///
/// # Errors
/// `invalid_parameters`: it says nobody's.
pub(super) fn marker(question: &Map) -> Result<Value, Error> {
    let issuer = text(question, "issuer").ok_or(Code::InvalidParameters)?;
    let issued = question.get("issuedAt").cloned().unwrap_or(Value::Null);
    let (kind, id) = match (text(question, "sessionId"), text(question, "subject")) {
        (Some(id), _) => (SESSION, id),
        (None, Some(id)) => (SUBJECT, id),
        (None, None) => return Err(Code::InvalidParameters.into()),
    };
    let written = object(vec![(kind, true.into()), (ISSUED, issued)]).to_text();
    Ok(object(vec![("key", place(issuer, kind, id).into()), ("text", written.into())]))
}

/// An issuer has no space in it.
fn place(issuer: &str, kind: &str, id: &str) -> String {
    ["edgeward:ended:", issuer, " ", kind, " ", id].concat()
}

const SESSION: &str = "session";
const SUBJECT: &str = "subject";
const ISSUED: &str = "issued";

/// Judges a stored record: `none`, nobody is signed in; `fresh`; `due`, to be refreshed before it is
/// used; `clear`, nothing that could be used. `validity` says for how many seconds a token has to
/// be good, `keep` for how many milliseconds a page may keep it. `generation` tells whether a
/// browser has to be told of it: that a refresh was tried is for other requests of the server only.
/// `endings` names where it is written that the issuer has ended the session; what stands there comes back
/// as `ended`.
pub(super) fn judge(settings: &Settings, question: &Map, now: UnixMillis) -> Value {
    let Some(record) = Record::from_text(text(question, "record").unwrap_or_default()) else {
        return verdict("clear", 0, 0, 0);
    };
    let Some(grant) = &record.grant else { return verdict("none", 0, 0, record.generation) };
    let of = |name, validity, keep| {
        let mut verdict = verdict(name, validity, keep, record.generation);
        if let Value::Object(members) = &mut verdict {
            members.insert("endings".into(), endings(settings, grant).into());
        }
        verdict
    };
    let written = question.get("ended").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if is_ended(grant, written) {
        return of("clear", 0, 0);
    }
    if grant.refresh_token.as_deref().is_some_and(|token| !is_token(token)) {
        return of("clear", 0, 0);
    }
    let Some(access) = grant.find(&Target::default()) else { return of("due", 0, 0) };
    let Some(threshold) = threshold(access) else { return of("fresh", 0, 0) };
    let left = access.expires_at().map_or(0, |at| at.0.saturating_sub(now.0));
    let keep = left.saturating_sub(threshold.saturating_mul(1000)).max(0);
    let refreshable = grant.refresh_token.is_some();
    // Without a refresh token, what is still valid is all there is.
    of(if keep > 0 || (!refreshable && left > 0) { "fresh" } else { "due" }, threshold, keep)
}

/// How long before its end a token is refreshed, in seconds: a tenth of its life, at least ten
/// seconds and at most a minute. `None`: it does not end.
fn threshold(access: &Access) -> Option<i64> {
    access.expires_in.map(|lifetime| i64::from(lifetime.0 / 10).clamp(10, 60))
}

/// What a page is told in place of a refresh token is none, and so is what no server issues.
///
/// Source: [RFC 6749 Appendix A.17](https://www.rfc-editor.org/rfc/rfc6749#appendix-A.17)
fn is_token(text: &str) -> bool {
    let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    text != super::proxy::DUMMY && printable && !text.trim().is_empty()
}

fn verdict(name: &str, validity: i64, keep: i64, generation: u64) -> Value {
    object(vec![
        ("verdict", name.into()),
        ("validity", validity.into()),
        ("keep", keep.into()),
        ("generation", generation.into()),
    ])
}
