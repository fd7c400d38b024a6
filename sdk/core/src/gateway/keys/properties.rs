//! What holds for every sequence of events.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::{jose::Key, secret::Secret};

const ALG: Algorithm = Algorithm::Hs256;
const OUTAGE: Error = Error { code: Code::JwksUnavailable, at: "" };

/// How long a key must have been published so that no token of it is refused: a look at the issuer
/// that has just missed it, the time until the next one, and the time that one takes.
const OVERLAP: i64 = 60 + 2 * FETCH_DEADLINE.0 as i64;

fn set(ids: impl IntoIterator<Item = String>) -> KeySet {
    ids.into_iter().map(|id| Key::symmetric(Secret::new(vec![7; 32]), Some(id))).collect()
}

fn want<'a>(kid: &'a str, fetched: Option<Ticket>) -> Input<'a> {
    Input::Wanted { alg: ALG, kid: Some(kid), fetched }
}

/// An issuer, its clock, and fetches that are under way.
struct World<'a> {
    cache: KeyCache,
    now: i64,
    max_age: Option<Seconds>,
    /// What a fetch finds at a time; `None` is an outage.
    published: &'a dyn Fn(i64) -> Option<Vec<String>>,
    /// How long fetches take, one after the other.
    delays: Vec<i64>,
    under_way: Vec<(Ticket, i64, i64)>,
    fetches: Vec<i64>,
}

/// The ids of the keys that a token is verified with, or why it is refused.
type Fate = Result<Vec<String>, Code>;

impl<'a> World<'a> {
    fn new(
        published: &'a dyn Fn(i64) -> Option<Vec<String>>,
        max_age: Option<u32>,
        delays: Vec<i64>,
    ) -> Self {
        let cache = KeyCache::default();
        let max_age = max_age.map(Seconds);
        Self { cache, now: 0, max_age, published, delays, under_way: vec![], fetches: vec![] }
    }

    fn begin(&mut self, ticket: Ticket) -> i64 {
        let delay = self.delays.get(self.fetches.len() % self.delays.len()).copied().unwrap_or(0);
        self.fetches.push(self.now);
        self.under_way.push((ticket, self.now, self.now + delay));
        delay
    }

    /// Lets time pass, and fetches come back.
    fn pass(&mut self, seconds: i64) {
        let until = self.now + seconds;
        self.under_way.sort_by_key(|(.., done)| *done);
        while let Some((ticket, asked, done)) =
            self.under_way.first().copied().filter(|(.., done)| *done <= until)
        {
            self.under_way.remove(0);
            self.now = self.now.max(done);
            let input = match (self.published)(asked) {
                Some(ids) => {
                    let age = Age { at: UnixSeconds(asked), max_age: self.max_age };
                    Input::Fetched { ticket, keys: set(ids), age, from: Level::Issuer }
                }
                None => Input::Failed { ticket, error: OUTAGE, retry_after: None },
            };
            self.cache.handle(input, UnixSeconds(self.now));
        }
        self.now = until;
    }

    /// Carries out what the machine says for one token, as the host does.
    fn ask(&mut self, kid: &str) -> Fate {
        let mut fetched = None;
        for _ in 0..20 {
            let mut actions = self.cache.handle(want(kid, fetched), UnixSeconds(self.now));
            let last = actions.pop().unwrap();
            for action in actions {
                let Action::Refresh(ticket, _) = action else { panic!("{action:?}") };
                self.begin(ticket);
            }
            match last {
                Action::Verify(keys) => {
                    return Ok(keys.keys().iter().filter_map(|key| key.id().map(Into::into)).collect());
                }
                Action::Refuse(error) => return Err(error.code),
                Action::Fetch(ticket, _) => {
                    let delay = self.begin(ticket);
                    self.pass(delay);
                    fetched = Some(ticket);
                }
                Action::Wait => self.pass(1),
                Action::Refresh(..) => panic!("a refresh is never the last action"),
            }
        }
        panic!("a token waits for ever");
    }

    fn most_fetches_within(&self, span: i64) -> usize {
        let begun = |from: i64| self.fetches.iter().filter(|at| (from..from + span).contains(*at)).count();
        self.fetches.iter().map(|from| begun(*from)).max().unwrap_or(0)
    }
}

fn max_age() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![Just(None), (0..5000_u32).prop_map(Some)]
}

fn delays() -> impl Strategy<Value = Vec<i64>> {
    vec(0..=i64::from(FETCH_DEADLINE.0), 1..5)
}

#[derive(Clone, Debug)]
enum Event {
    Want(u8, bool),
    Fetched(Index, Vec<u8>, i64, Option<u32>, bool),
    Failed(Index, Option<u32>),
    SignatureInvalid,
}

fn event() -> impl Strategy<Value = Event> {
    let time = prop_oneof![any::<i64>(), 0..100_000_i64];
    prop_oneof![
        4 => (0..6_u8, any::<bool>()).prop_map(|(kid, own)| Event::Want(kid, own)),
        2 => (any::<Index>(), vec(0..6_u8, 0..4), time, any::<Option<u32>>(), any::<bool>())
            .prop_map(|(ticket, ids, at, max_age, issuer)| Event::Fetched(ticket, ids, at, max_age, issuer)),
        1 => (any::<Index>(), any::<Option<u32>>()).prop_map(|(ticket, after)| Event::Failed(ticket, after)),
        1 => Just(Event::SignatureInvalid),
    ]
}

/// Does to a cache what an event says; `tickets` are those that were given out.
fn apply(cache: &mut KeyCache, tickets: &mut Vec<Ticket>, event: &Event, now: UnixSeconds) -> Vec<Action> {
    let one = |at: &Index| if tickets.is_empty() { Ticket(0) } else { tickets[at.index(tickets.len())] };
    let name;
    let input = match event {
        Event::Want(kid, own) => {
            name = format!("{kid}");
            want(&name, tickets.last().copied().filter(|_| *own))
        }
        Event::Fetched(ticket, ids, at, max_age, issuer) => Input::Fetched {
            ticket: one(ticket),
            keys: set(ids.iter().map(|id| format!("{id}"))),
            age: Age { at: UnixSeconds(*at), max_age: max_age.map(Seconds) },
            from: if *issuer { Level::Issuer } else { Level::Store },
        },
        Event::Failed(ticket, retry_after) => {
            Input::Failed { ticket: one(ticket), error: OUTAGE, retry_after: retry_after.map(Seconds) }
        }
        Event::SignatureInvalid => Input::SignatureInvalid,
    };
    let actions = cache.handle(input, now);
    tickets.extend(actions.iter().filter_map(|action| match action {
        Action::Fetch(ticket, _) | Action::Refresh(ticket, _) => Some(*ticket),
        _ => None,
    }));
    actions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Keys take each other's place; each is published for longer than the overlap before tokens
    /// carry it. Strangers invent ids, and guess those that are still to come.
    #[test]
    fn a_rotation_with_overlap_refuses_no_token(
        terms in vec(OVERLAP + 1..4000_i64, 1..6),
        calls in vec((0..90_i64, 0..4_u8, any::<bool>()), 1..120),
        (max_age, delays) in (max_age(), delays()),
    ) {
        // Key `n` is published at the beginning of term `n` and used from then on plus the overlap
        // until the same point of the next term; it stays for the rest of that one.
        let starts: Vec<i64> =
            terms.iter().scan(0, |at, term| { *at += term; Some(*at - term) }).collect();
        let published = |now: i64| {
            let current = starts.iter().rposition(|start| *start <= now).unwrap_or(0);
            Some((current.saturating_sub(1)..=current).map(|n| format!("key-{n}")).collect())
        };
        let mut world = World::new(&published, max_age, delays);
        for (pause, stranger, guesses) in calls {
            world.pass(pause);
            for number in 0..stranger {
                let guess = if guesses { format!("key-{}", starts.len() + 1) } else { format!("invented-{number}") };
                drop(world.ask(&guess));
            }
            if guesses && stranger > 0 {
                let next = starts.iter().filter(|start| **start <= world.now).count();
                drop(world.ask(&format!("key-{next}")));
            }
            let used = starts.iter().rposition(|start| start + OVERLAP <= world.now).unwrap_or(0);
            let fate = world.ask(&format!("key-{used}"));
            let fine = matches!(&fate, Ok(ids) if ids.contains(&format!("key-{used}")));
            prop_assert!(fine, "key-{used} at {}: {fate:?}", world.now);
        }
    }

    /// However often the issuer fails: what verifies was asked for less than a day ago, and if the
    /// last attempt did not fail, no longer ago than its freshness and five minutes.
    #[test]
    fn nothing_stale_beyond_its_bounds_verifies(
        up in vec(any::<bool>(), 1..20),
        pauses in vec(prop_oneof![0..50_i64, 0..5000_i64, 0..100_000_i64], 1..60),
        (max_age, delays) in (max_age(), delays()),
    ) {
        let is_up = |now: i64| up[(now / 1000) as usize % up.len()];
        let published = |now: i64| is_up(now).then(|| vec!["key".into(), format!("{now}")]);
        let mut world = World::new(&published, max_age, delays);
        for pause in pauses {
            world.pass(pause);
            let Ok(ids) = world.ask("key") else { continue };
            let asked: i64 = ids[1].parse().unwrap();
            let age = world.now - asked;
            prop_assert!(age < i64::from(USABLE.0));
            let fresh = i64::from(max_age.unwrap_or(600).clamp(60, 3600));
            if world.cache.failure.is_none() {
                prop_assert!(age < fresh + fresh.min(300), "{age} s");
            }
        }
    }

    /// Whoever asks for whatever: an issuer that answers is asked once for its keys, once in 30
    /// seconds for what strangers invent, and once in the three quarters of a minute for renewal.
    #[test]
    fn an_issuer_that_answers_is_asked_rarely(
        calls in vec((prop_oneof![3 => 0..3_i64, 1 => 0..100_i64], 0..20_u8), 1..300),
        (max_age, delays) in (max_age(), delays()),
    ) {
        let published = |_: i64| Some(vec!["1".into(), "2".into()]);
        let mut world = World::new(&published, max_age, delays);
        for (pause, kid) in calls {
            world.pass(pause);
            if kid == 19 {
                for action in world.cache.handle(Input::SignatureInvalid, UnixSeconds(world.now)) {
                    let Action::Refresh(ticket, _) = action else { panic!() };
                    world.begin(ticket);
                }
            } else {
                drop(world.ask(&format!("{kid}")));
            }
        }
        prop_assert!(world.most_fetches_within(30) <= 2, "{:?}", world.fetches);
        let allowed = 2 + world.now / 30;
        prop_assert!(world.fetches.len() as i64 <= allowed, "{} in {} s", world.fetches.len(), world.now);
    }

    /// The same, if it answers and fails as it likes.
    #[test]
    fn an_issuer_that_fails_is_never_hammered(
        up in vec(any::<bool>(), 1..50),
        calls in vec((0..3_i64, 0..20_u8), 1..400),
        (max_age, delays) in (max_age(), delays()),
    ) {
        let published = |now: i64| up[(now / 7) as usize % up.len()].then(|| vec!["1".into()]);
        let mut world = World::new(&published, max_age, delays);
        for (pause, kid) in calls {
            world.pass(pause);
            drop(world.ask(&format!("{kid}")));
        }
        // Waits of 1, 2, 4, 8 and 16 seconds, and a look.
        prop_assert!(world.most_fetches_within(30) <= 7, "{:?}", world.fetches);
    }

    /// Whatever happens at whatever time: it never panics, it says one thing for each token, and
    /// nobody waits for ever.
    #[test]
    fn no_sequence_of_events_and_clocks_breaks_it(
        events in vec((event(), prop_oneof![any::<i64>(), 0..100_000_i64]), 0..60),
        start in prop_oneof![any::<i64>(), 0..100_000_i64],
    ) {
        let (mut cache, mut tickets) = (KeyCache::default(), Vec::new());
        for (event, now) in events {
            let actions = apply(&mut cache, &mut tickets, &event, UnixSeconds(now));
            let finals = actions.iter().filter(|action| !matches!(action, Action::Refresh(..))).count();
            prop_assert_eq!(finals, usize::from(matches!(event, Event::Want(..))));
            let _ = cache.is_ready(UnixSeconds(now));
        }
        let waits = (0..10).take_while(|second| {
            let now = UnixSeconds(start.saturating_add(*second));
            matches!(cache.handle(want("9", None), now).pop(), Some(Action::Wait))
        });
        let waited = waits.count() as u32;
        // At the end of time the clock stands still.
        prop_assert!(waited <= FETCH_DEADLINE.0 + 1 || start > i64::MAX - 10, "{waited} s");
    }

    /// Reports come in any order, late, twice or never: what the issuer was asked for last holds.
    #[test]
    fn the_answer_to_the_latest_question_holds(
        reports in vec((any::<Index>(), any::<bool>()), 0..20),
        fetches in 1..8_i64,
    ) {
        let mut cache = KeyCache::default();
        let mut tickets = Vec::new();
        for at in 0..fetches {
            let now = UnixSeconds(at * i64::from(FETCH_LOST.0));
            let Some(Action::Fetch(ticket, _)) = cache.handle(want("0", None), now).pop() else { panic!() };
            tickets.push(ticket);
        }
        let now = UnixSeconds(100);
        let mut latest = None;
        for (which, is_fine) in reports {
            let at = which.index(tickets.len());
            let ticket = tickets[at];
            let input = if is_fine {
                latest = latest.max(Some(at));
                let age = Age { at: UnixSeconds(at as i64 * i64::from(FETCH_LOST.0)), max_age: None };
                Input::Fetched { ticket, keys: set([format!("{at}")]), age, from: Level::Issuer }
            } else {
                Input::Failed { ticket, error: OUTAGE, retry_after: None }
            };
            cache.handle(input, now);
        }
        let held = cache.document.as_ref().and_then(|document| document.keys.keys().first()?.id().map(String::from));
        prop_assert_eq!(held, latest.map(|at| format!("{at}")));
    }

    /// Under one generation the keys are the same, so what was verified under it would be again.
    #[test]
    fn a_generation_stands_for_one_set_of_keys(
        events in vec((event(), 0..100_000_i64), 0..60),
    ) {
        let (mut cache, mut tickets) = (KeyCache::default(), Vec::new());
        let mut before: Option<(u64, Option<Arc<KeySet>>)> = None;
        for (event, now) in events {
            apply(&mut cache, &mut tickets, &event, UnixSeconds(now));
            let keys = cache.document.as_ref().map(|document| document.keys.clone());
            let generation = cache.generation();
            if let Some((old, had)) = before {
                let same = match (&had, &keys) {
                    (Some(had), Some(keys)) => had.has_same_keys(keys),
                    (had, keys) => had.is_none() && keys.is_none(),
                };
                prop_assert_eq!(old == generation, same);
            }
            before = Some((generation, keys));
        }
    }
}
