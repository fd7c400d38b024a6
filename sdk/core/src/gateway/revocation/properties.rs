//! What holds for every order of events.

use proptest::{collection::vec, prelude::*};

use super::{
    changes::{Changes, Entry, FeedId, Version},
    mark::Facts,
    order::{Order, Target},
    snapshot::Snapshot,
};
use crate::time::{Seconds, UnixSeconds};

const T0: i64 = 1_800_000_000;
const LIFE: Seconds = Seconds(3600);
const NAMES: [&str; 3] = ["a", "b", "c"];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        name().prop_map(|name| Target::Subject(name.into())),
        name().prop_map(|name| Target::WithoutSession(name.into())),
        name().prop_map(|name| Target::Session(name.into())),
        name().prop_map(|name| Target::Token(name.into())),
    ]
}

/// An order, and when it was given.
fn order() -> impl Strategy<Value = (Order, i64)> {
    (name(), target(), 0..8000_i64, -100..=60_i64).prop_map(|(issuer, target, given, ahead)| {
        let before = UnixSeconds(T0 + given + ahead);
        (Order { issuer: issuer.into(), target, before }, given)
    })
}

fn entry((order, given): &(Order, i64)) -> Entry {
    order.entry(LIFE, UnixSeconds(T0 + given))
}

fn token() -> impl Strategy<Value = Facts<'static>> {
    let named = || prop::option::of(name());
    let date = || prop::option::of((0..8000_i64).prop_map(|at| UnixSeconds(T0 + at)));
    (name(), named(), named(), named(), date(), date()).prop_map(
        |(issuer, subject, session, id, issued, signed_in)| Facts {
            issuer,
            subject,
            session,
            id,
            issued,
            signed_in,
        },
    )
}

/// A token that the order means, issued before its cut-off; a single token may be dated ahead as far
/// as any tolerance goes.
fn revoked_by<'a>(order: &'a Order, given: UnixSeconds, any: Facts<'a>, earlier: i64) -> Facts<'a> {
    let token = Facts { issuer: &order.issuer, issued: Some(UnixSeconds(order.before.0 - earlier)), ..any };
    match &order.target {
        Target::Subject(subject) => Facts { subject: Some(subject), ..token },
        Target::WithoutSession(subject) => Facts { subject: Some(subject), session: None, ..token },
        Target::Session(session) => Facts { session: Some(session), ..token },
        Target::Token(id) => {
            Facts { id: Some(id), issued: Some(UnixSeconds(given.0 + 301 - earlier)), ..token }
        }
    }
}

fn changes(since: i64, entries: &[Entry]) -> Changes {
    let until = Version(since + entries.len() as i64);
    Changes { feed: FeedId("f".into()), since: Version(since), until, more: false, entries: entries.to_vec() }
}

fn merged<'a>(answers: impl IntoIterator<Item = &'a Changes>, now: UnixSeconds) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for answer in answers {
        snapshot.merge(answer, now).unwrap();
    }
    snapshot
}

/// Whether an order means a token, by the words of the documentation.
fn means(order: &Order, token: &Facts<'_>) -> bool {
    let earlier = match (token.issued, token.signed_in) {
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => one < order.before,
        (Some(issued), Some(signed_in)) => issued < order.before || signed_in < order.before,
    };
    order.issuer == token.issuer
        && match &order.target {
            Target::Subject(subject) => earlier && token.subject == Some(subject),
            Target::WithoutSession(subject) => {
                earlier && token.session.is_none() && token.subject == Some(subject)
            }
            Target::Session(session) => earlier && token.session == Some(session),
            Target::Token(id) => token.id == Some(id),
        }
}

proptest! {
    /// A token that was issued before its revocation never passes again, at no later instant,
    /// whatever else the feed says and however long its entries are kept.
    #[test]
    fn a_revoked_token_never_passes_once_the_snapshot_says_so(
        order in order(), others in vec(order(), 1..6), any in token(),
        earlier in 1..4000_i64, later in vec(0..9000_i64, 1..6),
    ) {
        let given = UnixSeconds(T0 + order.1);
        let token = revoked_by(&order.0, given, any, earlier);
        prop_assert!(means(&order.0, &token));
        let mut snapshot = merged([&changes(0, &[entry(&order)])], given);
        let mut now = given;
        for (step, other) in later.iter().zip(others.iter().cycle()) {
            prop_assert!(snapshot.check(&token, LIFE, now).is_err());
            now = now + Seconds(u32::try_from(*step).unwrap());
            snapshot.merge(&changes(1, &[entry(other)]), now).unwrap();
        }
        prop_assert!(snapshot.check(&token, LIFE, now).is_err());
    }

    /// Nothing is refused that no order means, unless it is older than the memory of the feed.
    #[test]
    fn a_token_that_no_order_means_passes(orders in vec(order(), 0..8), token in token()) {
        let now = UnixSeconds(T0 + 3899);
        let entries: Vec<_> = orders.iter().map(entry).collect();
        let passes = merged([&changes(0, &entries)], UnixSeconds(T0)).check(&token, LIFE, now).is_ok();
        let meant = orders.iter().any(|(order, _)| means(order, &token));
        prop_assert_eq!(passes, !meant);
    }

    /// Answers may come in any order, and more than once.
    #[test]
    fn merging_is_commutative_and_idempotent(
        orders in vec(order(), 1..10), shuffle in vec(0..10_usize, 1..20), token in token(), at in 0..12_000_i64,
    ) {
        let now = UnixSeconds(T0 + at);
        let answers: Vec<_> = orders.iter().enumerate().map(|(at, order)| changes(at as i64, &[entry(order)])).collect();
        let straight = merged(&answers, now);
        let any = shuffle.iter().filter_map(|at| answers.get(at % answers.len()));
        let mut shuffled = merged(any, now);
        for answer in answers.iter().rev().chain(&answers) {
            shuffled.merge(answer, now).unwrap();
        }
        prop_assert_eq!(&straight, &shuffled);
        prop_assert_eq!(straight.check(&token, LIFE, now), shuffled.check(&token, LIFE, now));
    }

    /// What one answer refuses, every later answer refuses too.
    #[test]
    fn merging_never_lets_a_refused_token_pass(
        orders in vec(order(), 0..8), more in vec(order(), 0..8), token in token(), at in 0..12_000_i64,
    ) {
        let now = UnixSeconds(T0 + at);
        let entries = |orders: &[(Order, i64)]| orders.iter().map(entry).collect::<Vec<_>>();
        let mut snapshot = merged([&changes(0, &entries(&orders))], now);
        let refused = snapshot.check(&token, LIFE, now).is_err();
        snapshot.merge(&changes(0, &entries(&more)), now).unwrap();
        prop_assert!(!refused || snapshot.check(&token, LIFE, now).is_err());
    }
}
