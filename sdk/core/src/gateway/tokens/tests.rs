use hmac::{Hmac, KeyInit, Mac};
use proptest::{collection::vec, prelude::*, sample::select};
use sha2::Sha256;

use super::*;
use crate::{
    base64url,
    error::Error,
    gateway::revocation::{Changes, Facts, FeedId, Order, Snapshot, Target, Version},
    jose::{Algorithm, Key, KeySet},
    jwt::{self, Expiration, Rules},
    secret::Secret,
    time::Seconds,
};

const T0: UnixSeconds = UnixSeconds(1_800_000_000);
const LIFE: Seconds = Seconds(3600);
const ALWAYS: UnixSeconds = UnixSeconds(i64::MAX);

fn key(number: u32) -> TokenKey {
    TokenKey(Sha256::digest(number.to_be_bytes()).into())
}

fn places(cache: &TokenCache) -> usize {
    cache.tables.iter().map(Table::places).sum()
}

#[test]
fn a_token_is_known_until_it_ends_and_by_its_keys_alone() {
    let mut cache = TokenCache::default();
    cache.learn(key(1), 1, T0 + Seconds(10), T0);
    assert!(cache.knows(&key(1), 1, T0 + Seconds(9)));
    assert!(!cache.knows(&key(1), 1, T0 + Seconds(10)));
    assert!(!cache.knows(&key(2), 1, T0));
    assert!(!cache.knows(&key(1), 2, T0), "the keys have changed");
    assert!(cache.is_empty());
    assert!(!cache.knows(&key(1), 1, T0), "and do not change back");
}

#[test]
fn what_was_verified_while_the_keys_changed_is_not_kept() {
    let mut cache = TokenCache::default();
    assert!(!cache.knows(&key(1), 2, T0));
    cache.learn(key(1), 1, ALWAYS, T0);
    assert!(cache.is_empty());
}

#[test]
fn it_never_grows_beyond_its_bounds() {
    let mut small = TokenCache::new(8);
    (0..100).for_each(|number| small.learn(key(number), 1, ALWAYS, T0));
    assert_eq!((small.len(), places(&small)), (8, 16));
    assert_eq!(TokenCache::new(usize::MAX).capacity, MAX_TOKENS);
    for capacity in [1, 100, 2048, 2049, 5000] {
        let mut cache = TokenCache::new(capacity);
        (0..12_000).for_each(|number| cache.learn(key(number), 1, ALWAYS, T0));
        assert!(cache.len() <= capacity && 10 * cache.len() >= 9 * capacity, "{} of {capacity}", cache.len());
        assert!(places(&cache) <= 4 * capacity.next_power_of_two().max(4), "{capacity}");
    }
    let mut none = TokenCache::new(0);
    none.learn(key(1), 1, ALWAYS, T0);
    assert!(none.is_empty());
}

#[test]
fn those_of_all_issuers_take_no_more_memory_than_one() {
    const MOST_BYTES: usize = 12 * 1024 * 1024;
    for issuers in [1, 3, 31, 100] {
        let mut cache = TokenCache::new(share(issuers));
        (0..2 * MAX_TOKENS / issuers)
            .for_each(|number| cache.learn(key(u32::try_from(number).unwrap()), 1, ALWAYS, T0));
        assert!(issuers * places(&cache) * table::BYTES_OF_A_PLACE <= MOST_BYTES, "{issuers}");
        assert!(10 * cache.len() >= 9 * share(issuers), "{issuers}");
        assert!(2 * issuers * share(issuers) > MAX_TOKENS, "{issuers}");
    }
    assert_eq!(share(0), MAX_TOKENS);
    assert_eq!(share(MAX_TOKENS + 1), 0);
}

#[test]
fn it_is_as_large_as_there_are_tokens_that_live() {
    let mut cache = TokenCache::new(MAX_TOKENS);
    for number in 0..10_000 {
        let now = T0 + Seconds(number);
        cache.learn(key(number), 1, now + Seconds(100), now);
        assert!(places(&cache) <= 4096, "{number}");
        assert!((number.saturating_sub(99)..=number).all(|lives| cache.knows(&key(lives), 1, now)));
    }
    let later = T0 + Seconds(20_000);
    (10_000..10_300).for_each(|number| cache.learn(key(number), 1, ALWAYS, later));
    (0..300).for_each(|number| cache.learn(key(number), 1, later + Seconds(1), later));
    (10_300..11_000).for_each(|number| cache.learn(key(number), 1, ALWAYS, later + Seconds(1)));
    assert_eq!(
        (10_000..11_000).filter(|number| cache.knows(&key(*number), 1, later + Seconds(1))).count(),
        1_000
    );
}

proptest! {
    #[test]
    fn what_it_counts_it_finds(numbers in vec(0..400_u32, 1..600), capacity in 1..200_usize) {
        let mut cache = TokenCache::new(capacity);
        for number in &numbers {
            cache.learn(key(*number), 1, ALWAYS, T0);
            prop_assert!(cache.knows(&key(*number), 1, T0), "{number}");
        }
        let found = (0..400).filter(|number| cache.knows(&key(*number), 1, T0)).count();
        prop_assert_eq!((found, cache.len()), (cache.len(), found.min(capacity)));
    }
}

#[test]
fn tokens_that_come_once_push_out_each_other_and_not_those_in_use() {
    let mut cache = TokenCache::new(100);
    (0..50).for_each(|number| cache.learn(key(number), 1, ALWAYS, T0));
    for once in 1000..3000 {
        cache.learn(key(once), 1, ALWAYS, T0);
        assert!(cache.knows(&key(once % 50), 1, T0), "{once}");
    }
}

#[test]
fn tokens_that_have_ended_make_room_first() {
    let mut cache = TokenCache::new(2);
    cache.learn(key(1), 1, T0 + Seconds(10), T0);
    cache.learn(key(2), 1, ALWAYS, T0);
    assert!(cache.knows(&key(1), 1, T0) && cache.knows(&key(2), 1, T0));
    cache.learn(key(3), 1, ALWAYS, T0 + Seconds(10));
    assert!(cache.knows(&key(2), 1, T0) && cache.knows(&key(3), 1, T0));
}

#[test]
fn every_bit_of_a_token_counts() {
    let token = Token { kid: "a", secret: 1, sub: "x", iat: Some(0), nbf: None, exp: Some(60) }.signed();
    let own = TokenKey::of(&Unverified::parse(&token).unwrap());
    assert_eq!(own, TokenKey::of(&Unverified::parse(&token.clone()).unwrap()));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = base64url::decode(signature).unwrap();
    bytes[31] ^= 1;
    let other = format!("{input}.{}", base64url::encode(&bytes));
    assert_ne!(own, TokenKey::of(&Unverified::parse(&other).unwrap()));
}

/// A token of the property test: times count from [`T0`].
#[derive(Clone, Debug)]
struct Token {
    kid: &'static str,
    secret: u8,
    sub: &'static str,
    iat: Option<i64>,
    nbf: Option<i64>,
    exp: Option<i64>,
}

impl Token {
    fn signed(&self) -> String {
        let date = |name: &str, at: Option<i64>| {
            at.map(|at| format!(r#","{name}":{}"#, T0.0 + at)).unwrap_or_default()
        };
        let (iat, nbf, exp) = (date("iat", self.iat), date("nbf", self.nbf), date("exp", self.exp));
        let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, self.kid);
        let claims = format!(r#"{{"iss":"https://i","aud":"api","sub":"{}"{iat}{nbf}{exp}}}"#, self.sub);
        let input = [header, claims].map(|part| base64url::encode(part.as_bytes())).join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(&[self.secret; 32]).unwrap();
        mac.update(input.as_bytes());
        format!("{input}.{}", base64url::encode(&mac.finalize().into_bytes()))
    }
}

/// What happens to a verifier.
#[derive(Clone, Debug)]
enum Event {
    /// A request with a token, on a route under a policy.
    Request { token: usize, policy: usize },
    /// The clock moves, or is set back.
    Clock(i64),
    /// The issuer publishes other keys: which secret has which id.
    Keys(Vec<(&'static str, u8)>),
    /// A subject is revoked.
    Revoked(&'static str),
}

/// A verifier as `edgeward-host` puts it together; with its caches switched off, the oracle.
struct Verifier {
    policies: Vec<Policy>,
    caches: Option<Vec<TokenCache>>,
    keys: KeySet,
    generation: u64,
    revoked: Snapshot,
    hits: usize,
}

impl Verifier {
    fn new(caches: Option<Vec<TokenCache>>) -> Self {
        let policies = policies();
        Self {
            policies,
            caches,
            keys: KeySet::default(),
            generation: 0,
            revoked: Snapshot::default(),
            hits: 0,
        }
    }

    fn keys(&mut self, keys: &[(&str, u8)]) {
        let key =
            |(id, secret): &(&str, u8)| Key::symmetric(Secret::new(vec![*secret; 32]), Some((*id).into()));
        let keys: KeySet = keys.iter().map(key).collect();
        if !self.keys.has_same_keys(&keys) {
            self.generation += 1;
        }
        self.keys = keys;
    }

    fn revoke(&mut self, subject: &str, now: UnixSeconds) {
        let target = Target::Subject(subject.into());
        let entry = Order { issuer: "https://i".into(), target, before: now + Seconds(1) }.entry(LIFE, now);
        let (since, until) = (Version(0), Version(0));
        let feed = FeedId("f".into());
        self.revoked.merge(&Changes { feed, since, until, more: false, entries: vec![entry] }, now).unwrap();
    }

    fn answer(&mut self, token: &str, policy: usize, now: UnixSeconds) -> Result<String, Error> {
        let token = jwt::admit(token, &self.policies[policy])?;
        let (name, end) = (TokenKey::of(&token), end(&token, &self.policies[policy]));
        let cache = self.caches.as_mut().map(|caches| &mut caches[policy]);
        let known = cache.is_some_and(|cache| cache.knows(&name, self.generation, now));
        self.hits += usize::from(known);
        let verified = if known { token.dangerous_trust() } else { self.keys.verify(token)? };
        let claims = jwt::validate(verified, &self.policies[policy], now)?;
        let cache = self.caches.as_mut().map(|caches| &mut caches[policy]);
        if let Some(cache) = cache {
            cache.learn(name, self.generation, end, now);
        }
        let facts = Facts {
            issuer: "https://i",
            subject: claims.text("sub")?,
            session: None,
            id: None,
            issued: claims.date("iat")?,
            signed_in: None,
        };
        self.revoked.check(&facts, LIFE, now)?;
        Ok(claims.json().into())
    }
}

fn policies() -> Vec<Policy> {
    let base = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Hs256]).unwrap();
    let strict =
        Rules { clock_tolerance: Some(Seconds(0)), max_token_age: Some(Seconds(90)), ..Rules::default() };
    let lenient = Policy { expiration: Expiration::Optional, ..base.clone() };
    vec![base.clone(), base.with_rules(strict).unwrap(), lenient]
}

fn token() -> impl Strategy<Value = Token> {
    let date = || prop::option::weighted(0.8, (-200..400_i64).prop_map(|at| at / 20 * 20));
    (select(vec!["a", "b"]), 1..4_u8, select(vec!["x", "y"]), date(), date(), date())
        .prop_map(|(kid, secret, sub, iat, nbf, exp)| Token { kid, secret, sub, iat, nbf, exp })
}

fn event() -> impl Strategy<Value = Event> {
    let keys = vec((select(vec!["a", "b"]), 1..4_u8), 0..3);
    prop_oneof![
        12 => (0..6_usize, 0..3_usize).prop_map(|(token, policy)| Event::Request { token, policy }),
        4 => (-30..60_i64).prop_map(Event::Clock),
        1 => keys.prop_map(Event::Keys),
        1 => select(vec!["x", "y"]).prop_map(Event::Revoked),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// The answer with the cache is the answer without it, at every instant: whatever tokens come
    /// under whatever policy, while the clock moves, keys are replaced and subjects are revoked.
    #[test]
    fn the_cache_cannot_be_seen(
        tokens in vec(token(), 6), events in vec(event(), 1..120), capacity in 1..5_usize,
    ) {
        let caches = || (0..3).map(|_| TokenCache::new(capacity)).collect();
        let (mut plain, mut cached) = (Verifier::new(None), Verifier::new(Some(caches())));
        let tokens: Vec<String> = tokens.iter().map(Token::signed).collect();
        let mut now = T0;
        for verifier in [&mut plain, &mut cached] {
            verifier.keys(&[("a", 1), ("b", 2)]);
        }
        for event in events {
            match event {
                Event::Clock(by) => now = UnixSeconds(now.0 + by),
                Event::Keys(keys) => [&mut plain, &mut cached].into_iter().for_each(|own| own.keys(&keys)),
                Event::Revoked(sub) => [&mut plain, &mut cached].into_iter().for_each(|own| own.revoke(sub, now)),
                Event::Request { token, policy } => {
                    let expected = plain.answer(&tokens[token], policy, now);
                    prop_assert_eq!(cached.answer(&tokens[token], policy, now), expected);
                }
            }
        }
    }
}

#[test]
fn the_property_is_about_hits_too() {
    let mut cached = Verifier::new(Some((0..3).map(|_| TokenCache::default()).collect()));
    cached.keys(&[("a", 1)]);
    let token = Token { kid: "a", secret: 1, sub: "x", iat: Some(0), nbf: None, exp: Some(60) }.signed();
    for at in 0..10 {
        assert!(cached.answer(&token, 0, T0 + Seconds(at)).is_ok());
    }
    assert_eq!(cached.hits, 9);
}
