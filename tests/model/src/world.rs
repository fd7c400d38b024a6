//! A state of everything.

use std::hash::{DefaultHasher, Hash, Hasher};

use edgeward_core::{
    json,
    oauth::token::{TokenType, Tokens},
    session::{Access, Background, Grant, Input, Millis, Now, Reason, Record, Renewed, Target},
    time::{Seconds, UnixMillis},
};

use crate::{Broken, Effect, Policy, Rule, Server, Tab, server};

/// How long access tokens live, in seconds.
pub(crate) const LIFETIME: u32 = 60;
const START: i64 = 1_800_000_000_000;

/// A world to begin with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How many tabs share the session.
    pub tabs: usize,
    /// What the server does with used refresh tokens.
    pub policy: Policy,
    /// Whether there is a lock.
    pub lock: bool,
    /// Whether storage has a real compare-and-swap.
    pub atomic: bool,
    /// When tokens are refreshed without being asked for.
    pub background: Background,
    /// How much may happen.
    pub budget: Budget,
    /// A flaw that the rules have to see.
    pub flaw: Option<Flaw>,
}

/// How often each thing may happen yet.
#[derive(Clone, Debug, Default, Hash)]
pub struct Budget {
    /// Calls for a token.
    pub wants: u8,
    /// Forced calls.
    pub forces: u8,
    /// Replies that do not arrive.
    pub lost: u8,
    /// Requests that do not arrive.
    pub unsent: u8,
    /// Requests that the server is too busy for.
    pub busy: u8,
    /// Tabs that are closed in the middle.
    pub crashes: u8,
    /// Tabs that are opened.
    pub opens: u8,
    /// Sign-outs.
    pub leaves: u8,
    /// Sign-ins as somebody else.
    pub switches: u8,
    /// Hours that the wall clock jumps forward, as after sleep.
    pub sleeps: u8,
    /// Hours that the wall clock is set back.
    pub setbacks: u8,
    /// Locks that are lost by who holds them.
    pub lock_losses: u8,
    /// How often time goes on.
    pub ticks: u8,
}

/// A flaw of the machine or of its surroundings, built in on purpose: each breaks a rule, which
/// shows that the rules are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Everybody gets the lock, and nobody sees that a request is under way.
    NoClaims,
    /// Storage is written whatever it holds.
    BlindWrites,
    /// The timer never goes off, and is never said to.
    NoTimer,
    /// Nobody knows whose session it is.
    NoSubjects,
    /// A swap is said to be done before it is.
    EarlyWord,
    /// An unreachable server is taken for one that refuses.
    Pessimist,
    /// An outage is forgotten as soon as it is read.
    Impatient,
}

/// A state.
#[derive(Clone, Hash)]
pub struct World {
    /// Milliseconds since the beginning.
    pub time: i64,
    /// How far the wall clock is ahead.
    pub wall: i64,
    /// What storage holds.
    pub stored: Option<String>,
    /// Who has the lock.
    pub lock: Option<usize>,
    /// The tabs.
    pub tabs: Vec<Tab>,
    /// The server.
    pub server: Server,
    /// What may happen yet.
    pub budget: Budget,
    /// Whether something happened that no client can make good: see [`Rule::Kept`].
    pub excused: bool,
    /// The families that somebody wants signed out.
    pub unwanted: Vec<usize>,
    /// The families that were signed out.
    pub gone: Vec<usize>,
    /// The generations that were in storage, and whether somebody was signed in.
    pub committed: Vec<(u64, bool)>,
    /// What a busy server refused, and when it was sent.
    pub refused: Vec<(String, i64)>,
    pub(crate) has_lock: bool,
    pub(crate) atomic: bool,
    pub(crate) background: Background,
    pub(crate) flaw: Option<Flaw>,
}

impl World {
    /// Tabs that have just been opened over a session whose access token has expired.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let mut server = Server::new(setup.policy);
        let (refresh_token, access_token) = server.sign_in("ada");
        let age = i64::from(LIFETIME) * 1000;
        let record = Record::default().commit(0, grant("ada", refresh_token, access_token, START - age));
        let mut world = Self {
            time: 0,
            wall: 0,
            stored: record.map(|record| record.to_text()),
            lock: None,
            tabs: (0..setup.tabs).map(|_| Tab::new(setup.background)).collect(),
            server,
            budget: setup.budget.clone(),
            // Whoever only pretends to compare loses things.
            excused: !setup.atomic,
            unwanted: Vec::new(),
            gone: Vec::new(),
            committed: vec![(0, false), (1, true)],
            refused: Vec::new(),
            has_lock: setup.lock,
            atomic: setup.atomic,
            background: setup.background,
            flaw: setup.flaw,
        };
        for tab in 0..setup.tabs {
            let _ = world.tell(tab, Input::Begun);
            while let Some(at) = world.tabs[tab].effects.iter().position(Effect::is_quick) {
                let _ = world.perform(tab, at);
            }
        }
        world
    }

    /// Tells states apart.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    pub(crate) fn now(&self) -> Now {
        Now { wall: UnixMillis(START + self.wall + self.time), monotonic: Millis(self.time) }
    }

    pub(crate) fn record(&self) -> Record {
        self.stored.as_deref().and_then(Record::from_text).unwrap_or_default()
    }

    /// Writes storage, and looks at what that means.
    pub(crate) fn write(&mut self, text: String) -> Result<(), Broken> {
        let before = self.record();
        let record = Record::from_text(&text)
            .ok_or_else(|| Broken::new(Rule::Kept, "what was written cannot be read"))?;
        self.stored = Some(text);
        if record.generation != before.generation || record.grant.is_some() != before.grant.is_some() {
            let committed = (record.generation, record.grant.is_some());
            if !self.committed.contains(&committed) {
                self.committed.push(committed);
            }
        }
        let family = |record: &Record| {
            record.grant.as_ref().and_then(|grant| server::family(grant.refresh_token.as_deref()?))
        };
        if record.signed_out > before.signed_out
            && let Some(family) = family(&before)
            && !self.gone.contains(&family)
        {
            self.gone.push(family);
        }
        if let Some(family) = family(&record)
            && self.gone.contains(&family)
            && self.atomic
        {
            return Err(Broken::new(Rule::SignedOut, format!("family {family} is back in storage")));
        }
        let ended = record.grant.is_none() && record.ended == Some(Reason::Revoked);
        if ended && family(&before).is_some_and(|family| !self.unwanted.contains(&family)) && !self.excused {
            return Err(Broken::new(Rule::Kept, "a live session was taken for over"));
        }
        Ok(())
    }
}

pub(crate) fn grant(subject: &str, refresh_token: String, access_token: String, at: i64) -> Grant {
    let claims = json::parse_object(format!(r#"{{"sub":"{subject}"}}"#).as_bytes()).unwrap_or_default();
    let access = Access {
        target: Target::default(),
        token: access_token,
        token_type: TokenType::Bearer,
        expires_in: Some(Seconds(LIFETIME)),
        received_at: UnixMillis(at),
        scope: String::new(),
    };
    Grant {
        refresh_token: Some(refresh_token),
        id_token: None,
        claims,
        subject: Some(subject.into()),
        scope: String::new(),
        access: vec![access],
        key: None,
        skew: None,
    }
}

pub(crate) fn renewed(refresh_token: String, access_token: String) -> Box<Renewed> {
    let tokens = Tokens {
        access_token,
        token_type: TokenType::Bearer,
        expires_in: Some(Seconds(LIFETIME)),
        scope: None,
        refresh_token: Some(refresh_token),
        id_token: None,
        authorization_details: None,
    };
    Box::new(Renewed { tokens, claims: None, skew: None })
}
