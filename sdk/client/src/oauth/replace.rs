//! Replaces a set of tokens that is kept beside the session, as that for one MCP server: by one request,
//! however many callers and processes find it refused. The first asks, the others get what it got.
//!
//! What is kept is a record with a `generation`, which counts the sets, and the `tokens`. Every change compares
//! first, so whoever else writes (another process, a sign-out) is never overwritten.

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    http::{Address, Reach, Request, Response},
    json::{self, Map, Members, Value, Writer, object},
    oauth::{
        Failure, form,
        token::{self, TokenType},
    },
};

use crate::{
    client::Client,
    effect::{self, Area, SERVER},
    run::{Flow, Known, Run, settled},
    runtime::Id,
};

/// The replacements that are under way, and who waits for each.
#[derive(Default)]
pub(crate) struct Replacements(RefCell<Vec<(Place, Vec<Id>)>>);

/// The record, and the set of tokens that is to be replaced.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    key: String,
    generation: u64,
}

struct Asked {
    place: Place,
    /// The request, without the refresh token.
    request: Request,
    refreshes: bool,
    issuer: Value,
}

/// How long the lock is waited for; then it is done all the same, since what is committed is compared.
const LOCK_MILLIS: u32 = 5_000;
/// How long after a refusal it is looked again: a process that went on without the lock may be about to commit.
const SECOND_LOOK_MILLIS: u32 = 250;
/// A store that changes faster than this often in a row cannot be written.
const ATTEMPTS: usize = 20;

/// Replaces the tokens of `generation` in the record at `key`, by the grant in `body` sent to `endpoint` with
/// `authorization`; gives the record as it is afterwards, whoever has changed it.
///
/// # Errors
/// `invalid_parameters`; `invalid_grant`: the server does not honour the tokens any more, and they are
/// forgotten; other codes of the server and of the network, which end nothing.
pub(crate) fn run(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let (client, asked) = (run.client, read(args)?);
    let outcome = run.ask(|id| {
        if client.memory.replacements.join(&asked.place, id) {
            // A flow of its own, so that whoever gives up waiting does not take it along.
            client.runtime.spawn(move |run| {
                let outcome = settled(locked(run, &asked))?;
                run.client.memory.replacements.finish(run.client, &asked.place, &outcome);
                Ok(String::new())
            });
        }
    });
    outcome?.json().cloned()
}

fn read(args: &Members) -> Result<Asked, Error> {
    let invalid = |at| Error::at(Code::InvalidParameters, at);
    let endpoint = args.required("endpoint")?;
    let reach = if endpoint.starts_with("http://") { Reach::Development } else { Reach::Https };
    let address = Address::parse(&endpoint, reach).map_err(|_| invalid("endpoint"))?;
    let body = args.required("body")?;
    let parameters = form::decode(&body);
    let pairs: Vec<(&str, &str)> = parameters
        .iter()
        .filter(|(name, _)| name != REFRESH_TOKEN)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let refreshes = pairs.contains(&("grant_type", REFRESH_TOKEN));
    let mut request = form::post(&address, &pairs);
    request.headers.extend(args.text("authorization")?.map(|value| ("authorization", value)));
    let generation = args.member("generation").and_then(|value| value.as_u64());
    let generation = generation.ok_or_else(|| invalid("generation"))?;
    let issuer = args.member("issuer").unwrap_or(Value::Null);
    Ok(Asked { place: Place { key: args.required("key")?, generation }, request, refreshes, issuer })
}

fn locked(run: &Run<'_>, asked: &Asked) -> Flow<Value> {
    let name = || {
        let mut members = Writer::object();
        members.text("name", &asked.place.key);
        members
    };
    let mut members = name();
    members.number("deadline", LOCK_MILLIS.into());
    let held = settled(run.order("lock", members))?;
    let outcome = settled(alone(run, asked))?;
    if held == Ok(&Value::Bool(true)) {
        drop(settled(run.order("unlock", name()))?);
    }
    Ok(outcome?)
}

fn alone(run: &Run<'_>, asked: &Asked) -> Flow<Value> {
    let (held, _) = kept(run, &asked.place)?;
    let refresh_token = held.get(TOKENS).and_then(|tokens| tokens.get(REFRESH_TOKEN)).and_then(Value::as_str);
    // Somebody else has replaced it, or ended it.
    if generation(&held) != asked.place.generation || (asked.refreshes && refresh_token.is_none()) {
        return Ok(Value::Object(held));
    }
    let mut request = asked.request.clone();
    if let Some(token) = refresh_token.filter(|_| asked.refreshes) {
        form::add(&mut request, &[(REFRESH_TOKEN, token)]);
    }
    let answer = effect::fetch(run, &request, SERVER)?;
    match token::response(&answer, TokenType::Bearer) {
        Ok(_) => commit(run, asked, &held, json::parse_object(&answer.body)?),
        Err(failure) => refused(run, &asked.place, &answer, failure),
    }
}

/// Only the server's own word ends a set of tokens, and only the one that was sent.
fn refused(run: &Run<'_>, place: &Place, answer: &Response, mut failure: Failure) -> Flow<Value> {
    let ends = failure.error.code == Code::InvalidGrant && answer.status < 500 && answer.status != 429;
    if ends {
        let mut members = Writer::object();
        members.number("millis", SECOND_LOOK_MILLIS.into());
        drop(settled(run.order("sleep", members))?);
    }
    let (held, _) = kept(run, place)?;
    if generation(&held) != place.generation {
        return Ok(Value::Object(held));
    }
    if ends {
        forget(run, place)?;
        return Err(failure.into());
    }
    let says_nothing = failure.oauth.is_none() || failure.error.code == Code::InvalidGrant;
    let code = if says_nothing { outage(failure.error.code) } else { failure.error.code };
    failure.error.code = code;
    Err(failure.into())
}

/// A page in place of an answer, and whatever else is none, is an outage: the tokens may still be good.
const fn outage(code: Code) -> Code {
    match code {
        Code::ServerRateLimited => Code::ServerRateLimited,
        _ => Code::ServerUnavailable,
    }
}

fn commit(run: &Run<'_>, asked: &Asked, before: &Map, answer: Map) -> Flow<Value> {
    let had_tokens = before.contains_key(TOKENS);
    let mut tokens = Map::new();
    // A server that names no new refresh token leaves the old one good.
    let old = before.get(TOKENS).and_then(|tokens| tokens.get(REFRESH_TOKEN)).cloned();
    tokens.extend(old.map(|token| (REFRESH_TOKEN.into(), token)));
    tokens.extend(answer);
    tokens.insert("issuer".into(), asked.issuer.clone());
    let tokens = Value::Object(tokens);
    change(run, &asked.place, |held| {
        // What was ended meanwhile stays ended.
        if held.contains_key(TOKENS) != had_tokens {
            return false;
        }
        held.insert(TOKENS.into(), tokens.clone());
        held.insert(GENERATION.into(), asked.place.generation.saturating_add(1).into());
        true
    })
}

fn forget(run: &Run<'_>, place: &Place) -> Flow<()> {
    let forgotten = |held: &mut Map| {
        let rest: Vec<_> = std::mem::take(held).into_iter().filter(|(name, _)| name != TOKENS).collect();
        held.extend(rest);
        true
    };
    settled(change(run, place, forgotten)).map(drop)
}

/// Changes the record while it is of that generation, and gives what it is then. `work` is asked again when
/// somebody else was faster; false: there is nothing to change.
fn change(run: &Run<'_>, place: &Place, work: impl Fn(&mut Map) -> bool) -> Flow<Value> {
    for _ in 0..ATTEMPTS {
        let (held, text) = kept(run, place)?;
        let mut next = held.clone();
        if generation(&held) != place.generation || !work(&mut next) {
            return Ok(Value::Object(held));
        }
        let next = Value::Object(next);
        let written = next.to_text();
        if effect::swap(run, AREA, &place.key, text, Some(&written))? {
            return Ok(next);
        }
    }
    Err(Code::StorageUnavailable.into())
}

/// The record and its text. What cannot be read counts as nothing: it costs a sign-in, never an exception.
fn kept<'a>(run: &Run<'a>, place: &Place) -> Flow<(Map, Option<&'a str>)> {
    let text = effect::read(run, AREA, &place.key)?;
    let held = text.and_then(|text| json::parse_object(text.as_bytes()).ok());
    let held = held.filter(|held| held.get(GENERATION).is_some_and(|value| value.as_u64().is_some()));
    let empty = || object(vec![(GENERATION, 0_u32.into())]).as_object().cloned().unwrap_or_default();
    Ok((held.unwrap_or_else(empty), text))
}

fn generation(held: &Map) -> u64 {
    held.get(GENERATION).and_then(Value::as_u64).unwrap_or_default()
}

impl Replacements {
    /// Has a ticket answered with the outcome. True: nobody has begun it yet, so the caller does.
    fn join(&self, place: &Place, ticket: Id) -> bool {
        let mut all = self.0.borrow_mut();
        match all.iter_mut().find(|(own, _)| own == place) {
            Some((_, waiting)) => {
                waiting.push(ticket);
                false
            }
            None => {
                all.push((place.clone(), vec![ticket]));
                true
            }
        }
    }

    fn finish(&self, client: &Client, place: &Place, outcome: &Result<Value, Failure>) {
        let mut all = self.0.borrow_mut();
        let Some(at) = all.iter().position(|(own, _)| own == place) else { return };
        let (_, waiting) = all.remove(at);
        drop(all);
        for ticket in waiting {
            client.runtime.answer(ticket, outcome.clone().map(Known::Json));
        }
    }
}

const AREA: Area = Area::Session;
const GENERATION: &str = "generation";
const TOKENS: &str = "tokens";
const REFRESH_TOKEN: &str = "refresh_token";
