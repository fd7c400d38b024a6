//! Completes a sign-in: checks the callback, redeems the code, verifies the ID token, commits.

mod address;
mod completions;

use edgeward_core::{
    Code, Error,
    json::Value,
    oauth::{
        authorize::{Callback, Transaction, is_state},
        token,
    },
};

pub(crate) use completions::Completions;

use crate::{
    client::Client,
    effect, grant, id_token,
    run::{Known, Outcome, Run, settled},
    tokens,
    transactions::{self, Taken},
    written,
};

/// Handles the callback in `url`, or in the page's address; gives a `CallbackResult`. One that
/// another window waits for is handed over to it.
///
/// # Errors
/// `invalid_parameters` at `url`: none is given and there is no page. Those of [`complete`].
pub(crate) fn handle(run: &Run<'_>, url: Option<&str>) -> Outcome {
    let client = run.client;
    // A sign-out from here on beats the sign-in.
    let began = client.session.start(run)?;
    let url = match url {
        Some(url) => url,
        None => effect::location(run)?.ok_or(Error::at(Code::InvalidParameters, "url"))?,
    };
    let Some(callback) = read(client, url) else { return Ok(written::no_callback()) };
    let state = callback.state();
    let known = run.once(|| Ok(Known::Json(client.completions.knows(state).into())))?;
    if known.json()? == &Value::Bool(false)
        && transactions::may_be_elsewhere(run, state)?
        && effect::relay(run, url, state)?
    {
        return Ok(written::no_callback());
    }
    complete(run, callback, began)
}

/// Completes the sign-in of a callback, unless a sign-out came since `began`. Calls for the same state
/// share one exchange.
///
/// # Errors
/// `callback_replayed`: it was handled by an earlier page. Those of the callback, of discovery, of
/// the token endpoint and of the ID token; `session_changed`: a sign-out came in between.
fn complete(run: &Run<'_>, callback: Callback, began: u64) -> Outcome {
    let runtime = &run.client.runtime;
    let outcome = run.ask(|id| {
        if run.client.completions.join(runtime, callback.state(), id) {
            // A flow of its own, so that whoever gives up waiting does not take it along.
            runtime.spawn(move |run| {
                let outcome = settled(take(run, &callback, began))?;
                let client = run.client;
                client.completions.finish(&client.runtime, callback.state(), &outcome);
                outcome.map_err(Into::into)
            });
        }
    });
    match outcome?.json()? {
        Value::String(json) => Ok(json.clone()),
        _ => Err(Code::InternalError.into()),
    }
}

/// Completes the sign-in whose callback came to `url` in the window that was opened for it.
///
/// # Errors
/// Those of [`complete`].
pub(crate) fn returned(run: &Run<'_>, url: &str, began: u64) -> Outcome {
    match read(run.client, url) {
        Some(callback) => complete(run, callback, began),
        None => Ok(written::no_callback()),
    }
}

#[cfg_attr(not(feature = "oauth"), expect(unused_variables, reason = "only signed answers are kept"))]
fn read(client: &Client, url: &str) -> Option<Callback> {
    let query = address::query_of(url);
    #[cfg(feature = "oauth")]
    let callback = crate::oauth::read_answer(client, query);
    #[cfg(not(feature = "oauth"))]
    let callback = Callback::read(query);
    callback.filter(|callback| is_state(callback.state()))
}

fn take(run: &Run<'_>, callback: &Callback, began: u64) -> Outcome {
    match transactions::take(run, callback.state())? {
        Taken::Unknown => Ok(written::no_callback()),
        Taken::Used => Err(Code::CallbackReplayed.into()),
        Taken::Open(transaction) => {
            let outcome = settled(redeem(run, callback, &transaction, began))?;
            address::clean(run, callback)?;
            outcome.map_err(Into::into)
        }
    }
}

fn redeem(run: &Run<'_>, callback: &Callback, transaction: &Transaction, began: u64) -> Outcome {
    let client = run.client;
    callback.check(transaction, run.now().wall.to_seconds())?;
    let metadata = client.provider.metadata(run)?;
    #[cfg(feature = "oauth")]
    let callback = &crate::oauth::verified_answer(run, metadata, callback)?;
    #[cfg(feature = "oauth")]
    callback.check(transaction, run.now().wall.to_seconds())?;
    let code = callback.code(metadata)?;
    let request = token::exchange_request(metadata, &client.settings.client_id, code, transaction)?;
    let asked = run.now().wall;
    #[cfg(not(feature = "oauth"))]
    let tokens = tokens::ask(run, request, None)?;
    #[cfg(feature = "oauth")]
    let granted = crate::oauth::redeem(run, request)?;
    #[cfg(feature = "oauth")]
    let tokens = granted.tokens.clone();
    let expected = id_token::Asked {
        scope: &client.settings.scope,
        nonce: Some(&transaction.nonce),
        max_age: transaction.max_age,
    };
    let verdict = settled(id_token::claims(run, metadata, &tokens, expected))?;
    #[cfg(feature = "oauth")]
    let verdict = settled(crate::oauth::known_claims(run, &granted, callback.state(), verdict))?;
    let claims = match verdict {
        Ok(claims) => claims,
        Err(failure) => {
            tokens::give_back(run, tokens.refresh_token, tokens.access_token)?;
            return Err(failure.into());
        }
    };
    let grant = grant::of_sign_in(run, tokens, claims, &transaction.scope, asked);
    #[cfg(feature = "oauth")]
    let grant = crate::oauth::with_own_access(grant, granted, asked);
    let session = written::session(&grant);
    client.session.sign_in(run, grant, began)?;
    Ok(written::signed_in(&session, transaction.app_state.as_ref()))
}
