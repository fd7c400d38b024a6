//! What an isolate knows of the feed.

use alloc::collections::BTreeMap;

use super::{
    Mark,
    changes::{Changes, Entry, FeedId, Question, Version},
    mark::Facts,
};
use crate::{
    error::{Code, Error},
    jwt::Tolerance,
    time::{Seconds, UnixSeconds},
};

/// How many entries a feed, and so a snapshot, holds at most: about 2 MB.
pub const MAX_ENTRIES: usize = 32_768;

/// How much longer an entry is kept than a token lives: once because a token may be dated ahead,
/// once because tokens are accepted so long after they end, and once because the clocks of the feed
/// and of an isolate may differ.
pub(super) const MARGIN: Seconds = Seconds(3 * Tolerance::MAX.0);

/// What an isolate knows of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    feed: FeedId,
    known: Version,
    entries: BTreeMap<Mark, Cut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cut {
    before: UnixSeconds,
    expires: UnixSeconds,
}

impl Snapshot {
    /// What to ask the feed next.
    #[must_use]
    pub fn question(&self) -> Question {
        Question { feed: self.feed.clone(), since: self.known }
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes in an answer. An entry that is known already only becomes stricter, so that the order
    /// of answers does not matter, nor how often one is taken in.
    ///
    /// # Errors
    /// `revocation_unavailable`: more entries than a feed may hold, so that this is no answer of one.
    pub fn merge(&mut self, changes: &Changes, now: UnixSeconds) -> Result<(), Error> {
        self.learn(&changes.entries);
        self.entries.retain(|_, cut| now < cut.expires);
        if self.entries.len() > MAX_ENTRIES {
            return Err(Code::RevocationUnavailable.into());
        }
        if self.feed != changes.feed {
            // Another feed counts from one again. What the last one said is kept: it was true.
            self.feed = changes.feed.clone();
            self.known = Version::default();
        }
        // An answer to a later question leaves a gap, which must be asked for again.
        if changes.since <= self.known {
            self.known = self.known.max(changes.until);
        }
        Ok(())
    }

    /// Takes in entries that did not come with a poll, as those that were just written.
    pub fn learn(&mut self, entries: &[Entry]) {
        for entry in entries {
            let new = Cut { before: entry.before, expires: entry.expires };
            let own = self.entries.entry(entry.mark).or_insert(new);
            own.before = own.before.max(new.before);
            own.expires = own.expires.max(new.expires);
        }
    }

    /// Judges a token. `life` is how long a token lives at most: an older one is refused, because
    /// what was said about it may have been dropped. A session is as old as its sign-in.
    ///
    /// # Errors
    /// `token_revoked`, at the claim that the entry is about: its id is listed; or it was issued, or
    /// its holder signed in, before the cut-off; or it says neither.
    /// `token_too_old` at `iat` or `auth_time`.
    pub fn check(&self, token: &Facts<'_>, life: Seconds, now: UnixSeconds) -> Result<(), Error> {
        let (dated, at) = token.issued.map_or((token.signed_in, "auth_time"), |at| (Some(at), "iat"));
        if dated.is_some_and(|dated| now >= dated + life + Tolerance::MAX) {
            return Err(Error::at(Code::TokenTooOld, at));
        }
        if self.entries.is_empty() {
            return Ok(());
        }
        let cut = |mark: &Mark| self.entries.get(mark).filter(|cut| now < cut.expires);
        if token.id.is_some_and(|id| cut(&Mark::token(token.issuer, id)).is_some()) {
            return Err(Error::at(Code::TokenRevoked, "jti"));
        }
        for (mark, at) in marks(token) {
            if cut(&mark).is_some_and(|cut| is_earlier(token, cut.before)) {
                return Err(Error::at(Code::TokenRevoked, at));
            }
        }
        Ok(())
    }
}

/// The cut-offs that apply to a token.
fn marks(token: &Facts<'_>) -> impl Iterator<Item = (Mark, &'static str)> {
    let issuer = token.issuer;
    let subject = token.subject.map(|subject| (Mark::subject(issuer, subject), "sub"));
    let session = match (token.session, token.subject) {
        (Some(session), _) => Some((Mark::session(issuer, session), "sid")),
        (None, Some(subject)) => Some((Mark::without_session(issuer, subject), "sid")),
        (None, None) => None,
    };
    subject.into_iter().chain(session)
}

/// A token without any date could be of any time.
fn is_earlier(token: &Facts<'_>, cut_off: UnixSeconds) -> bool {
    let dates = [token.issued, token.signed_in];
    dates.iter().all(Option::is_none) || dates.into_iter().flatten().any(|date| date < cut_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
    const LIFE: Seconds = Seconds(3600);

    const TOKEN: Facts<'_> = Facts {
        issuer: "https://i",
        subject: Some("ada"),
        session: Some("s1"),
        id: Some("t1"),
        issued: Some(UnixSeconds(NOW.0 - 10)),
        signed_in: None,
    };

    fn holding(mark: Mark, before: i64) -> Snapshot {
        let entry = Entry { mark, before: UnixSeconds(before), expires: NOW + LIFE };
        let mut snapshot = Snapshot::default();
        snapshot.merge(&changes(&[entry]), NOW).unwrap();
        snapshot
    }

    fn changes(entries: &[Entry]) -> Changes {
        let (since, until) = (Version(0), Version(entries.len() as i64));
        Changes { feed: FeedId("f".into()), since, until, more: false, entries: entries.to_vec() }
    }

    fn judged(mark: Mark, before: i64, token: Facts<'_>) -> Result<(), (Code, &'static str)> {
        holding(mark, before).check(&token, LIFE, NOW).map_err(|error| (error.code, error.at))
    }

    #[test]
    fn a_cut_off_refuses_what_was_issued_before_it() {
        let (subject, session) = (Mark::subject("https://i", "ada"), Mark::session("https://i", "s1"));
        for (mark, at) in [(subject, "sub"), (session, "sid")] {
            assert_eq!(judged(mark, NOW.0 - 9, TOKEN), Err((Code::TokenRevoked, at)));
            assert_eq!(judged(mark, NOW.0 - 10, TOKEN), Ok(()), "issued at the cut-off itself");
        }
    }

    #[test]
    fn a_renewed_token_of_an_earlier_sign_in_is_refused() {
        let cut = Mark::subject("https://i", "ada");
        let renewed = Facts { signed_in: Some(UnixSeconds(NOW.0 - 100)), ..TOKEN };
        assert_eq!(judged(cut, NOW.0 - 50, renewed), Err((Code::TokenRevoked, "sub")));
        assert_eq!(judged(cut, NOW.0 - 100, renewed), Ok(()));
    }

    #[test]
    fn a_session_is_as_old_as_its_sign_in() {
        let cut = Mark::subject("https://i", "ada");
        let since = |ago| Facts { issued: None, signed_in: Some(UnixSeconds(NOW.0 - ago)), ..TOKEN };
        assert_eq!(judged(cut, NOW.0 - 50, since(51)), Err((Code::TokenRevoked, "sub")));
        assert_eq!(judged(cut, NOW.0 - 50, since(50)), Ok(()));
        let too_old = i64::from(LIFE.0 + Tolerance::MAX.0);
        assert_eq!(judged(cut, 0, since(too_old)), Err((Code::TokenTooOld, "auth_time")));
        assert_eq!(judged(cut, 0, since(too_old - 1)), Ok(()));
    }

    #[test]
    fn a_token_without_any_date_is_refused_under_any_cut_off() {
        let undated = Facts { issued: None, ..TOKEN };
        assert_eq!(judged(Mark::subject("https://i", "ada"), 0, undated), Err((Code::TokenRevoked, "sub")));
        assert_eq!(judged(Mark::subject("https://i", "eve"), 0, undated), Ok(()));
    }

    #[test]
    fn a_listed_id_is_refused_whenever_it_was_issued() {
        assert_eq!(judged(Mark::token("https://i", "t1"), 0, TOKEN), Err((Code::TokenRevoked, "jti")));
        assert_eq!(judged(Mark::token("https://i", "t2"), NOW.0, TOKEN), Ok(()));
    }

    #[test]
    fn another_issuer_session_or_subject_is_left_alone() {
        for mark in [
            Mark::subject("https://j", "ada"),
            Mark::session("https://i", "s2"),
            Mark::session("https://i", "ada"),
            Mark::subject("https://i", "s1"),
        ] {
            assert_eq!(judged(mark, NOW.0, TOKEN), Ok(()));
        }
    }

    #[test]
    fn a_cut_off_for_tokens_without_session_spares_those_of_another_session() {
        let mark = Mark::without_session("https://i", "ada");
        assert_eq!(judged(mark, NOW.0, TOKEN), Ok(()));
        assert_eq!(judged(mark, NOW.0, Facts { session: None, ..TOKEN }), Err((Code::TokenRevoked, "sid")));
    }

    #[test]
    fn an_entry_ends_when_no_token_can_be_affected() {
        let cut = holding(Mark::subject("https://i", "ada"), NOW.0);
        let at = |now| cut.check(&TOKEN, Seconds(u32::MAX), now).is_ok();
        assert!(!at(NOW + Seconds(LIFE.0 - 1)));
        assert!(at(NOW + LIFE));
    }

    #[test]
    fn a_token_older_than_the_memory_of_the_feed_is_refused() {
        let empty = Snapshot::default();
        let limit = NOW + Seconds(LIFE.0 + Tolerance::MAX.0 - 10);
        assert_eq!(empty.check(&TOKEN, LIFE, UnixSeconds(limit.0 - 1)), Ok(()));
        assert_eq!(empty.check(&TOKEN, LIFE, limit), Err(Error::at(Code::TokenTooOld, "iat")));
    }

    #[test]
    fn entries_that_have_ended_make_room() {
        let mut snapshot = holding(Mark::subject("https://i", "ada"), NOW.0);
        snapshot.merge(&changes(&[]), NOW + LIFE).unwrap();
        assert!(snapshot.is_empty());
    }

    #[test]
    fn what_was_answered_is_not_asked_for_again() {
        let mut snapshot = holding(Mark::subject("https://i", "ada"), NOW.0);
        assert_eq!(snapshot.question(), Question { feed: FeedId("f".into()), since: Version(1) });
        let later = Changes { since: Version(5), until: Version(9), ..changes(&[]) };
        snapshot.merge(&later, NOW).unwrap();
        assert_eq!(snapshot.question().since, Version(1), "2 to 5 are not known yet");
    }

    #[test]
    fn a_feed_that_began_anew_is_read_from_the_beginning_and_forgets_nothing() {
        let mut snapshot = holding(Mark::subject("https://i", "ada"), NOW.0);
        let other = Changes { feed: FeedId("g".into()), until: Version(0), ..changes(&[]) };
        snapshot.merge(&other, NOW).unwrap();
        assert_eq!(snapshot.question(), Question { feed: FeedId("g".into()), since: Version(0) });
        assert!(snapshot.check(&TOKEN, LIFE, NOW).is_err());
    }

    #[test]
    fn more_than_a_feed_may_hold_is_no_answer_of_one() {
        let entry = |number: usize| Entry {
            mark: Mark::token("https://i", &number.to_string()),
            before: NOW,
            expires: NOW + LIFE,
        };
        let all: Vec<_> = (0..=MAX_ENTRIES).map(entry).collect();
        let mut snapshot = Snapshot::default();
        assert_eq!(snapshot.merge(&changes(&all[1..]), NOW), Ok(()));
        assert_eq!(snapshot.merge(&changes(&all[..1]), NOW), Err(Code::RevocationUnavailable.into()));
    }
}
