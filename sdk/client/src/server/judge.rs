//! Whether a session that a request brought is to be used, refreshed or forgotten.

use edgeward_core::{
    json::{Value, object},
    session::{Access, Record, Target},
    time::UnixMillis,
};

/// Judges a stored record: `none`, nobody is signed in; `fresh`; `due`, to be refreshed before it is
/// used; `clear`, nothing that could be used. `validity` says for how many seconds a token has to
/// be good, `keep` for how many milliseconds a page may keep it. `generation` tells whether a
/// browser has to be told of it: that a refresh was tried is for other requests of the server only.
pub(super) fn judge(record: &str, now: UnixMillis) -> Value {
    let Some(record) = Record::from_text(record) else { return verdict("clear", 0, 0, 0) };
    let of = |name, validity, keep| verdict(name, validity, keep, record.generation);
    let Some(grant) = &record.grant else { return of("none", 0, 0) };
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
