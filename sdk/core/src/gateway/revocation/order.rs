//! A revocation as an operator writes it.

use alloc::string::String;

use super::{changes::Entry, mark::Mark, snapshot::MARGIN};
use crate::{
    error::{Code, Error},
    json::{self, Map, Value},
    jwt::Tolerance,
    time::{Seconds, UnixSeconds},
};

/// How long the name of an issuer, subject, session or token may be, in bytes.
const MAX_NAME: usize = 1024;
/// How far ahead of this clock a cut-off may lie.
const MAX_AHEAD: Seconds = Seconds(60);

/// A revocation: whose tokens, and issued before when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The issuer of the tokens.
    pub issuer: String,
    /// Which of its tokens.
    pub target: Target,
    /// Tokens issued earlier than this are refused.
    pub before: UnixSeconds,
}

/// Which tokens of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of a subject.
    Subject(String),
    /// Those of a subject that do not say which session they belong to.
    WithoutSession(String),
    /// Those of a session.
    Session(String),
    /// The one of this id.
    Token(String),
}

impl Order {
    /// Reads `{"issuer", "subject" | "session" | "jti", "before"?}`. Without `before`, everything
    /// that was issued until now is meant, this second included.
    ///
    /// # Errors
    /// `json_invalid`: not a strict JSON object. `invalid_parameters`, at the member: it is missing,
    /// mistyped, too long, unknown or one too many; `issuer` is none of `issuers`; `before` lies more
    /// than a minute ahead, or so far back that no token of that age lives.
    pub fn parse<'a>(
        body: &[u8],
        mut issuers: impl Iterator<Item = &'a str>,
        life: Seconds,
        now: UnixSeconds,
    ) -> Result<Self, Error> {
        let members = json::parse_object(body)?;
        let known = ["issuer", "subject", "session", "jti", "before"];
        if members.keys().any(|name| !known.contains(&name.as_str())) {
            return Err(invalid(""));
        }
        let issuer = name(&members, "issuer")?.ok_or(invalid("issuer"))?;
        // A revocation that no token can match would look like one that works.
        if !issuers.any(|own| own == issuer) {
            return Err(invalid("issuer"));
        }
        let target = target(&members)?;
        let before = before(&members, &target, life, now)?;
        Ok(Self { issuer, target, before })
    }

    /// The entry for the feed. It is kept as long as a token that it refuses could live.
    #[must_use]
    pub fn entry(&self, life: Seconds, now: UnixSeconds) -> Entry {
        let mark = match &self.target {
            Target::Subject(subject) => Mark::subject(&self.issuer, subject),
            Target::WithoutSession(subject) => Mark::without_session(&self.issuer, subject),
            Target::Session(session) => Mark::session(&self.issuer, session),
            Target::Token(id) => Mark::token(&self.issuer, id),
        };
        Entry { mark, before: self.before, expires: self.before.max(now) + life + MARGIN }
    }
}

/// The earliest cut-off that covers everything issued until `now`: dates in tokens are whole
/// seconds, rounded down.
pub fn after(now: UnixSeconds) -> UnixSeconds {
    now + Seconds(1)
}

fn target(members: &Map) -> Result<Target, Error> {
    let (subject, session) = (name(members, "subject")?, name(members, "session")?);
    match (subject, session, name(members, "jti")?) {
        (Some(subject), None, None) => Ok(Target::Subject(subject)),
        (None, Some(session), None) => Ok(Target::Session(session)),
        (None, None, Some(id)) => Ok(Target::Token(id)),
        (_, _, Some(_)) => Err(invalid("jti")),
        (Some(_), Some(_), None) => Err(invalid("session")),
        (None, None, None) => Err(invalid("subject")),
    }
}

fn before(members: &Map, target: &Target, life: Seconds, now: UnixSeconds) -> Result<UnixSeconds, Error> {
    let Some(value) = members.get("before") else { return Ok(after(now)) };
    let before = value.as_i64().map(UnixSeconds).ok_or(invalid("before"))?;
    // A token is revoked by its id as such, not from some time on.
    let is_token = matches!(target, Target::Token(_));
    let is_pointless = now >= before + life + Tolerance::MAX;
    if is_token || is_pointless || before > now + MAX_AHEAD {
        return Err(invalid("before"));
    }
    Ok(before)
}

fn name(members: &Map, at: &'static str) -> Result<Option<String>, Error> {
    match members.get(at) {
        None => Ok(None),
        Some(Value::String(name)) if (1..=MAX_NAME).contains(&name.len()) => Ok(Some(name.clone())),
        Some(_) => Err(invalid(at)),
    }
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::InvalidParameters, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
    const LIFE: Seconds = Seconds(3600);

    fn parse(body: &str) -> Result<Order, Error> {
        Order::parse(body.as_bytes(), ["https://i", "https://j"].into_iter(), LIFE, NOW)
    }

    fn with(members: &str) -> Result<Order, Error> {
        parse(&format!(r#"{{"issuer":"https://i",{members}}}"#))
    }

    #[test]
    fn reads_whose_tokens_are_meant() {
        for (members, target) in [
            (r#""subject":"ada""#, Target::Subject("ada".into())),
            (r#""session":"s1""#, Target::Session("s1".into())),
            (r#""jti":"t1""#, Target::Token("t1".into())),
        ] {
            let order = with(members).unwrap();
            assert_eq!((order.target, order.before), (target, NOW + Seconds(1)), "this second is included");
        }
        assert_eq!(with(r#""subject":"a","before":1800000060"#).unwrap().before, NOW + MAX_AHEAD);
    }

    #[test]
    fn names_the_member_that_is_wrong() {
        let long = format!(r#""subject":"{}""#, "x".repeat(MAX_NAME + 1));
        for (members, at) in [
            (r#""before":1"#, "subject"),
            (r#""subject":"""#, "subject"),
            (r#""subject":7"#, "subject"),
            (r#""subject":null"#, "subject"),
            (&long, "subject"),
            (r#""subject":"a","session":"b""#, "session"),
            (r#""session":"b","jti":"c""#, "jti"),
            (r#""subject":"a","before":"1800000000""#, "before"),
            (r#""subject":"a","before":1800000000.5"#, "before"),
            (r#""subject":"a","before":1800000061"#, "before"),
            (r#""subject":"a","before":1799996100"#, "before"),
            (r#""subject":"a","before":-1"#, "before"),
            (r#""subject":"a","before":null"#, "before"),
            (r#""jti":"a","before":1800000000"#, "before"),
            (r#""subject":"a","sub":"a""#, ""),
        ] {
            assert_eq!(with(members), Err(invalid(at)), "{members}");
        }
        for issuer in [r#""https://k""#, r#""https://i/""#, "7", "\"\""] {
            let body = format!(r#"{{"issuer":{issuer},"subject":"a"}}"#);
            assert_eq!(parse(&body), Err(invalid("issuer")), "{issuer}");
        }
        assert_eq!(parse(r#"{"subject":"a"}"#), Err(invalid("issuer")));
        for odd in ["", "[]", "7", r#"{"issuer":"https://i","issuer":"https://i","subject":"a"}"#] {
            assert_eq!(parse(odd).unwrap_err().code, Code::JsonInvalid, "{odd}");
        }
    }

    #[test]
    fn an_entry_outlives_every_token_that_it_refuses() {
        let entry = |members: &str| with(members).unwrap().entry(LIFE, NOW);
        let subject = entry(r#""subject":"ada","before":1799999000"#);
        assert_eq!(subject.mark, Mark::subject("https://i", "ada"));
        assert_eq!((subject.before, subject.expires), (UnixSeconds(1_799_999_000), NOW + LIFE + MARGIN));
        let ahead = entry(r#""subject":"ada","before":1800000060"#);
        assert_eq!(ahead.expires, NOW + Seconds(60) + LIFE + MARGIN);
        assert_eq!(entry(r#""jti":"t""#).mark, Mark::token("https://i", "t"));
    }
}
