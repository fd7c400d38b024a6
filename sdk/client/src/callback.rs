//! Completes a sign-in: checks the callback, redeems the code, verifies the ID token, commits.

mod address;
mod completions;

use std::rc::Rc;

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
    runtime::Outcome,
    tokens,
    transactions::{self, Taken},
    written,
};

/// Handles the callback in `url`, or in the page's address; gives a `CallbackResult`. One that
/// another window waits for is handed over to it.
///
/// # Errors
/// `invalid_parameters` at `url`: none is given and there is no page. Those of [`complete`].
pub(crate) async fn handle(client: &Rc<Client>, url: Option<String>) -> Outcome {
    let runtime = &client.runtime;
    // A sign-out from here on beats the sign-in.
    let began = client.session.began(client).await;
    let url = match url {
        Some(url) => url,
        None => effect::location(runtime).await.ok_or(Error::at(Code::InvalidParameters, "url"))?,
    };
    let Some(callback) = read(client, &url) else { return Ok(written::no_callback()) };
    if !client.completions.knows(callback.state())
        && transactions::may_be_elsewhere(runtime, &client.transactions, callback.state()).await
        && effect::relay(runtime, &url, callback.state()).await
    {
        return Ok(written::no_callback());
    }
    complete(client, callback, began).await
}

/// Completes the sign-in of a callback, unless a sign-out came since `began`. Calls for the same state
/// share one exchange.
///
/// # Errors
/// `callback_replayed`: it was handled by an earlier page. Those of the callback, of discovery, of
/// the token endpoint and of the ID token; `session_changed`: a sign-out came in between.
async fn complete(client: &Rc<Client>, callback: Callback, began: u64) -> Outcome {
    let outcome = client.runtime.ticket();
    if client.completions.join(&client.runtime, callback.state(), outcome.id()) {
        // A flow of its own, so that whoever gives up waiting does not take it along.
        let client_of_flow = Rc::clone(client);
        client.runtime.spawn(async move {
            let client = client_of_flow;
            let outcome = take(&client, &callback, began).await;
            client.completions.finish(&client.runtime, callback.state(), &outcome);
        });
    }
    match outcome.await? {
        Value::String(json) => Ok(json),
        _ => Err(Code::InternalError.into()),
    }
}

/// Completes the sign-in whose callback came to `url` in the window that was opened for it.
///
/// # Errors
/// Those of [`complete`].
pub(crate) async fn returned(client: &Rc<Client>, url: &str, began: u64) -> Outcome {
    match read(client, url) {
        Some(callback) => complete(client, callback, began).await,
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

async fn take(client: &Rc<Client>, callback: &Callback, began: u64) -> Outcome {
    match transactions::take(&client.runtime, &client.transactions, callback.state()).await {
        Taken::Unknown => Ok(written::no_callback()),
        Taken::Used => Err(Code::CallbackReplayed.into()),
        Taken::Open(transaction) => {
            let outcome = redeem(client, callback, transaction, began).await;
            address::clean(&client.runtime, callback).await;
            outcome
        }
    }
}

async fn redeem(
    client: &Rc<Client>,
    callback: &Callback,
    transaction: Box<Transaction>,
    began: u64,
) -> Outcome {
    let runtime = &client.runtime;
    callback.check(&transaction, runtime.now().wall.to_seconds())?;
    let metadata = client.provider.metadata(runtime).await?;
    #[cfg(feature = "oauth")]
    let callback = &crate::oauth::verified_answer(client, &metadata, callback).await?;
    #[cfg(feature = "oauth")]
    callback.check(&transaction, runtime.now().wall.to_seconds())?;
    let code = callback.code(&metadata)?;
    let request = token::exchange_request(&metadata, &client.settings.client_id, code, &transaction)?;
    let asked = runtime.now();
    #[cfg(not(feature = "oauth"))]
    let tokens = tokens::ask(client, request, None).await?;
    #[cfg(feature = "oauth")]
    let granted = crate::oauth::redeem(client, request).await?;
    #[cfg(feature = "oauth")]
    let tokens = granted.tokens.clone();
    let expected = id_token::Asked {
        scope: &client.settings.scope,
        nonce: Some(&transaction.nonce),
        max_age: transaction.max_age,
    };
    let verdict = id_token::claims(client, &metadata, &tokens, expected).await;
    #[cfg(feature = "oauth")]
    let verdict = crate::oauth::known_claims(client, &granted, callback.state(), verdict).await;
    let claims = match verdict {
        Ok(claims) => claims,
        Err(failure) => {
            tokens::revoke_later(client, tokens.refresh_token, tokens.access_token);
            return Err(failure);
        }
    };
    let Transaction { scope, app_state, .. } = *transaction;
    let grant = grant::of_sign_in(client, tokens, claims, scope, asked.wall);
    #[cfg(feature = "oauth")]
    let grant = crate::oauth::with_own_access(grant, granted, asked.wall);
    let session = written::session(&grant);
    client.session.sign_in(client, grant, began).await?;
    Ok(written::signed_in(&session, app_state.as_ref()))
}
