//! Tokens for the client itself: kept until they are about to expire, and asked for once however
//! many callers want one.

use std::cell::RefCell;

use edgeward_core::{
    Code,
    error::Recovery,
    oauth::{Failure, credentials},
    session::{Access, Handed, MAX_TARGETS, Millis, Target},
};

use crate::{
    client::Client,
    run::{Flow, Known, Run, settled},
    runtime::Id,
    session::{self, Want},
    tokens,
};

/// How long a token that was forced is given to whoever forces another.
const SHARED: Millis = Millis(10_000);

/// The tokens, one a target.
#[derive(Default)]
pub(crate) struct Credentials(RefCell<Vec<Kept>>);

struct Kept {
    target: Target,
    /// The token, and the reading of the monotonic clock when it was asked for.
    got: Option<(Access, Millis)>,
    /// Who waits for the request that is under way.
    waiting: Vec<Id>,
}

/// An access token for the client itself.
///
/// # Errors
/// Those of discovery, of the client's authentication and of the token endpoint. While the token
/// that is there has not expired, a failure that passes gives that one.
pub(crate) fn access<'a>(run: &Run<'a>, want: Want) -> Flow<&'a Handed> {
    let client = run.client;
    let all = &client.memory.credentials;
    let known = run.ask(|id| {
        let fits = |access: &Access, age| {
            if want.force { age < SHARED } else { access.is_fresh(age, want.min_validity) }
        };
        if let Some(access) = all.find(&want.target, fits, client.runtime.now().monotonic) {
            return client.runtime.answer(id, Ok(Known::handed(Handed { access, stale: false })));
        }
        if all.join(&want.target, id) {
            // A flow of its own, so that whoever gives up waiting does not take it along.
            client.runtime.spawn(move |run| {
                let outcome = settled(ask(run, &want.target))?;
                run.client.memory.credentials.finish(run.client, &want.target, outcome);
                Ok(String::new())
            });
        }
    });
    session::handed(known?.session()?)
}

fn ask(run: &Run<'_>, target: &Target) -> Flow<(Access, Millis)> {
    let settings = &run.client.settings;
    if !settings.authentication.is_confidential() {
        // A server that gave it a token all the same would give it to everybody.
        return Err(edgeward_core::Error::at(Code::ConfigInvalid, "clientSecret").into());
    }
    let metadata = run.client.provider.metadata(run)?;
    let scope = Some(target.scope.as_str()).filter(|scope| !scope.is_empty());
    let resources = match &target.resource {
        Some(resource) => std::slice::from_ref(resource),
        None => settings.resources.as_slice(),
    };
    let request = credentials::request(metadata, &settings.client_id, scope, resources)?;
    let asked = run.now();
    let tokens = tokens::ask(run, request, None)?;
    let access = Access {
        target: target.clone(),
        token: tokens.access_token,
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
        received_at: asked.wall,
        scope: tokens.scope.unwrap_or_else(|| target.scope.clone()),
    };
    Ok((access, asked.monotonic))
}

impl Credentials {
    fn find(&self, target: &Target, fits: impl Fn(&Access, Millis) -> bool, now: Millis) -> Option<Access> {
        let all = self.0.borrow();
        let (access, since) = all.iter().find(|kept| kept.target == *target)?.got.as_ref()?;
        fits(access, now - *since).then(|| access.clone())
    }

    /// Has a ticket answered when the request for a target is over. True: nobody has begun it yet, so
    /// the caller does.
    fn join(&self, target: &Target, ticket: Id) -> bool {
        let mut all = self.0.borrow_mut();
        if let Some(kept) = all.iter_mut().find(|kept| kept.target == *target) {
            kept.waiting.push(ticket);
            return kept.waiting.len() == 1;
        }
        if all.len() >= MAX_TARGETS
            && let Some(at) = all.iter().position(|kept| kept.waiting.is_empty())
        {
            all.remove(at);
        }
        all.push(Kept { target: target.clone(), got: None, waiting: vec![ticket] });
        true
    }

    /// Answers who waits: with the new token, or with that which is left.
    fn finish(&self, client: &Client, target: &Target, outcome: Result<(Access, Millis), Failure>) {
        let mut all = self.0.borrow_mut();
        let Some(kept) = all.iter_mut().find(|kept| kept.target == *target) else { return };
        let waiting = std::mem::take(&mut kept.waiting);
        let outcome = outcome.map(|got| kept.got = Some(got));
        drop(all);
        let now = client.runtime.now().monotonic;
        for ticket in waiting {
            let answer = match &outcome {
                Ok(()) => self
                    .find(target, |_, _| true, now)
                    .map(|access| Handed { access, stale: false })
                    .ok_or_else(|| Code::InternalError.into()),
                Err(failure) => {
                    let passes = failure.error.code.recovery() == Recovery::Retry;
                    self.find(target, |access, age| passes && access.is_valid(age), now)
                        .map(|access| Handed { access, stale: true })
                        .ok_or_else(|| failure.clone())
                }
            };
            client.runtime.answer(ticket, answer.map(Known::handed));
        }
    }
}
