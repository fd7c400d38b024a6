//! A small world for the flows: tabs over one storage, one lock and one provider, whose time passes
//! when nothing else can happen. What happens next is chosen by a seed, so a run can be repeated.

mod devices;
mod provider;
mod refreshing;
mod replacing;
mod requests;
mod signing_in;

use std::collections::{BTreeMap, HashMap};

use edgeward_core::{
    base64url,
    json::{self, Map, Value, object},
    oauth::pkce::Verifier,
};

use self::provider::Provider;
use crate::Core;

/// When the world begins, in milliseconds since 1970.
const BEGINNING: i64 = 1_800_000_000_000;
/// No flow takes so many steps.
const MANY: usize = 5_000;

/// A client of the world: a tab, or a process.
type Tab = usize;

struct World {
    cores: Vec<Core>,
    provider: Provider,
    texts: BTreeMap<(String, String), String>,
    /// Who holds the lock, and who waits for it.
    holder: Option<Tab>,
    effects: Vec<Effect>,
    /// How calls ended.
    settled: HashMap<(Tab, u64), Result<Value, Value>>,
    /// Where tabs were sent to.
    left: Vec<String>,
    /// Since the beginning, in milliseconds.
    passed: i64,
    calls: u64,
    seed: u64,
}

/// What a tab waits for.
struct Effect {
    tab: Tab,
    id: u64,
    kind: String,
    members: Value,
    /// When it is over by itself, since the beginning.
    due: Option<i64>,
}

impl World {
    /// A world with so many tabs of one client. `more` are further options, as members of JSON.
    fn new(seed: u64, tabs: usize, more: &str) -> Self {
        let options = format!(
            r#"{{"issuer":"https://id.example","clientId":"app","redirectUri":"https://app.example/","scope":"openid offline_access"{more}}}"#
        );
        let mut world = Self {
            cores: (0..tabs).map(|_| Core::new(&options)).collect(),
            provider: Provider::default(),
            texts: BTreeMap::new(),
            holder: None,
            effects: Vec::new(),
            settled: HashMap::new(),
            left: Vec::new(),
            passed: 0,
            calls: 0,
            seed,
        };
        for tab in 0..tabs {
            world.finish(tab, "start", "{}").unwrap();
        }
        world
    }

    /// Begins a call, and gives its name.
    fn call(&mut self, tab: Tab, method: &str, args: &str) -> u64 {
        self.calls += 1;
        let call = self.calls;
        self.tell(tab, &format!(r#""type":"call","call":{call},"method":"{method}","args":{args}"#));
        call
    }

    /// Makes a call and lets things happen until it has ended; gives its value, or its failure's code.
    fn finish(&mut self, tab: Tab, method: &str, args: &str) -> Result<Value, String> {
        let call = self.call(tab, method, args);
        self.end_of(tab, call)
    }

    /// Lets things happen until a call has ended.
    fn end_of(&mut self, tab: Tab, call: u64) -> Result<Value, String> {
        for _ in 0..MANY {
            if let Some(outcome) = self.settled.remove(&(tab, call)) {
                return outcome.map_err(|error| text(&error, "code").to_owned());
            }
            assert!(self.step(), "seed {}: the call waits for nothing", self.seed);
        }
        panic!("seed {}: no end after {MANY} steps", self.seed);
    }

    /// Signs a tab in, with whatever the provider asks of its address.
    fn sign_in(&mut self, tab: Tab) -> Result<Value, String> {
        self.finish(tab, "signIn", "{}")?;
        let address = self.left.last().unwrap().clone();
        let back = self.provider.authorize(&address);
        self.finish(tab, "handleCallback", &format!(r#"{{"url":"{back}"}}"#))
    }

    /// The access token that a tab is handed out.
    fn token(&mut self, tab: Tab, args: &str) -> Result<String, String> {
        self.finish(tab, "getAccessToken", args).map(|handed| text(&handed, "token").to_owned())
    }

    /// The wall clock in milliseconds.
    const fn now(&self) -> i64 {
        BEGINNING + self.passed
    }

    /// Lets everything happen that takes no time, so that all tabs have heard of it.
    fn settle(&mut self) {
        while (0..self.effects.len()).any(|at| self.is_ready(at)) {
            self.step();
        }
    }

    /// Answers one effect, chosen by the seed; where none can be answered, time passes.
    fn step(&mut self) -> bool {
        let ready: Vec<usize> = (0..self.effects.len()).filter(|at| self.is_ready(*at)).collect();
        if ready.is_empty() {
            let Some(due) = self.effects.iter().filter_map(|effect| effect.due).min() else { return false };
            self.passed = self.passed.max(due);
            return true;
        }
        let at = ready[self.random(ready.len())];
        let effect = self.effects.remove(at);
        let answer = self.answer(&effect);
        let (name, value) = match answer {
            Ok(value) => ("ok", value),
            Err(code) => ("error", object(vec![("code", code.into())])),
        };
        let value = value.to_text();
        self.tell(effect.tab, &format!(r#""type":"answer","effect":{},"{name}":{value}"#, effect.id));
        true
    }

    fn is_ready(&self, at: usize) -> bool {
        let effect = &self.effects[at];
        match effect.kind.as_str() {
            "sleep" => effect.due.is_some_and(|due| due <= self.passed),
            "lock" => self.holder.is_none() || effect.due.is_some_and(|due| due <= self.passed),
            _ => true,
        }
    }

    /// What the platform does, and nothing more.
    fn answer(&mut self, effect: &Effect) -> Result<Value, &'static str> {
        let members = &effect.members;
        let place = || (text(members, "area").to_owned(), text(members, "key").to_owned());
        Ok(match effect.kind.as_str() {
            "read" => self.texts.get(&place()).map(String::as_str).into(),
            "swap" => self.swap(&place(), members),
            "keys" => {
                let (area, prefix) = (text(members, "area"), text(members, "prefix"));
                let own = self.texts.keys().filter(|(of, key)| of == area && key.starts_with(prefix));
                Value::Array(own.map(|(_, key)| key.as_str().into()).collect())
            }
            "lock" => {
                let free = self.holder.is_none();
                if free {
                    self.holder = Some(effect.tab);
                }
                free.into()
            }
            "unlock" => {
                self.holder = self.holder.filter(|holder| *holder != effect.tab);
                Value::Null
            }
            "announce" => {
                for other in (0..self.cores.len()).filter(|other| *other != effect.tab) {
                    self.tell(other, r#""type":"notice","notice":"storage""#);
                }
                Value::Null
            }
            "random" => {
                let length = members.get("bytes").and_then(Value::as_u64).unwrap();
                let bytes: Vec<u8> = (0..length).map(|_| u8::try_from(self.random(256)).unwrap()).collect();
                base64url::encode(&bytes).into()
            }
            // Base64url of it, as the platform answers.
            "digest" => Verifier::parse(text(members, "data")).unwrap().challenge().into(),
            "location" => "https://app.example/".into(),
            "navigate" => {
                self.left.push(text(members, "url").into());
                Value::Null
            }
            "fetch" => return self.provider.answer(members.get("request").unwrap(), self.now()),
            "verify" => provider::is_signed(text(members, "data"), text(members, "signature")).into(),
            "makeKey" | "publicKey" => json::parse(provider::JWK.as_bytes()).unwrap(),
            "sign" => provider::signature(text(members, "data")).into(),
            "sleep" | "rewrite" => Value::Null,
            other => panic!("the platform knows no {other}"),
        })
    }

    fn swap(&mut self, place: &(String, String), members: &Value) -> Value {
        let current = self.texts.get(place).cloned();
        let wanted = |name| members.get(name).and_then(Value::as_str).map(String::from);
        if current != wanted("expected") {
            return object(vec![("done", false.into()), ("current", current.as_deref().into())]);
        }
        match wanted("next") {
            Some(next) => self.texts.insert(place.clone(), next),
            None => self.texts.remove(place),
        };
        object(vec![("done", true.into())])
    }

    /// Tells a core something, and keeps what it orders.
    fn tell(&mut self, tab: Tab, input: &str) {
        let (wall, monotonic) = (self.now(), self.passed);
        let input = format!(r#"{{{input},"now":{{"wall":{wall},"monotonic":{monotonic}}}}}"#);
        let output = json::parse_object(self.cores[tab].handle(&input).as_bytes()).unwrap();
        for cancelled in list(&output, "cancel") {
            self.effects.retain(|effect| effect.tab != tab || Some(effect.id) != cancelled.as_u64());
        }
        for ordered in list(&output, "effects") {
            let number = |name| ordered.get(name).and_then(Value::as_u64);
            let kind = text(ordered, "kind").to_owned();
            let lasts = match kind.as_str() {
                "sleep" => number("millis"),
                "lock" => number("deadline"),
                _ => None,
            };
            let due = lasts.map(|millis| self.passed + i64::try_from(millis).unwrap());
            let id = number("effect").unwrap();
            self.effects.push(Effect { tab, id, kind, due, members: ordered.clone() });
        }
        for ended in list(&output, "settled") {
            let call = ended.get("call").and_then(Value::as_u64).unwrap();
            let outcome = ended.get("error").map_or_else(
                || Ok(ended.get("ok").cloned().unwrap_or(Value::Null)),
                |error| Err(error.clone()),
            );
            self.settled.insert((tab, call), outcome);
        }
    }

    /// The next number below `end`, by the seed (splitmix64).
    fn random(&mut self, end: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }
}

fn list<'v>(output: &'v Map, name: &str) -> &'v [Value] {
    output.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
