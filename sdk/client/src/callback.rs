//! Completes a sign-in: checks the callback, redeems the code, verifies the ID token, commits.

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    json::{Map, Value},
    oauth::{
        Failure,
        authorize::{Callback, Transaction, is_state},
        discovery::Metadata,
        id_token::Expected,
        token::{self, TokenType, Tokens},
    },
};
use edgeward_host::{
    clock::{self, Instant},
    fetch, navigation, task, thrown, values,
};
use js_sys::Promise;

use crate::{
    engine::Engine, id_token, provider::LIMITS, record::Grant, sign_out, transactions::Taken, written,
};

/// How many handled callbacks are remembered for a second call.
const MAX_COMPLETIONS: usize = 8;

/// Handles the callback in `url`, or in the page's address. Everything that decides whose callback
/// it is happens before the first `await`, so calls side by side share one exchange.
///
/// # Errors
/// `invalid_parameters` at `url`: none is given and there is no page. `callback_replayed`: it was
/// handled by an earlier page. All else the promise rejects with.
pub(crate) fn handle(engine: &Rc<Engine>, url: Option<String>) -> Result<Promise, Error> {
    let url = match url {
        Some(url) => url,
        None => navigation::href().map_err(|_| Error::at(Code::InvalidParameters, "url"))?,
    };
    let none = || Ok(Promise::resolve(&values::to_js(&written::no_callback())));
    let Some(callback) = Callback::read(query_of(&url)).filter(|callback| is_state(callback.state())) else {
        return none();
    };
    let known = engine.completions.borrow().iter().find(|(state, _)| state == callback.state()).cloned();
    if let Some((_, promise)) = known {
        return Ok(promise);
    }
    let transaction = match engine.transactions.take(callback.state()) {
        Taken::Unknown => return none(),
        Taken::Used => return Err(Code::CallbackReplayed.into()),
        Taken::Open(transaction) => transaction,
    };
    let (state, began) = (callback.state().into(), engine.record().generation);
    let engine_of_future = Rc::clone(engine);
    let promise = task::promise(async move {
        let result = complete(&engine_of_future, &callback, transaction, began).await;
        clean_address(&callback);
        result.map(|result| values::to_js(&result)).map_err(|failure| thrown::failure(&failure))
    });
    let mut completions = engine.completions.borrow_mut();
    completions.truncate(MAX_COMPLETIONS - 1);
    completions.push_front((state, promise.clone()));
    Ok(promise)
}

async fn complete(
    engine: &Rc<Engine>,
    callback: &Callback,
    transaction: Box<Transaction>,
    began: u64,
) -> Result<Value, Failure> {
    callback.check(&transaction, clock::now().to_seconds())?;
    let metadata = engine.provider.metadata().await?;
    let code = callback.code(&metadata)?;
    let request = token::exchange_request(&metadata, &engine.settings.client_id, code, &transaction)?;
    // Counted from the question, since nobody knows how long the answer was on its way.
    let (received_at, since) = (clock::now(), Instant::now());
    let tokens = token::response(&fetch::send(&request, LIMITS).await?, TokenType::Bearer)?;
    let verdict = verified_claims(engine, &metadata, &tokens, &transaction).await;
    let Transaction { scope, app_state, .. } = *transaction;
    let grant =
        Grant { scope: tokens.scope.clone().unwrap_or(scope), tokens, received_at, claims: Map::new() };
    match commit(engine, verdict, grant, began, since) {
        Ok(grant) => Ok(written::signed_in(&grant, app_state)),
        Err((error, grant)) => {
            sign_out::revoke_later(engine, grant);
            Err(error.into())
        }
    }
}

/// Makes the grant the session, or gives it back with the reason why not.
fn commit(
    engine: &Engine,
    verdict: Result<Map, Error>,
    grant: Grant,
    began: u64,
    since: Instant,
) -> Result<Rc<Grant>, (Error, Rc<Grant>)> {
    let claims = match verdict {
        Ok(claims) => claims,
        Err(error) => return Err((error, Rc::new(grant))),
    };
    let grant = Rc::new(Grant { claims, ..grant });
    match engine.record().commit(began, Rc::clone(&grant)) {
        None => Err((Code::SessionChanged.into(), grant)),
        Some(record) => {
            engine.replace(record, since, None);
            Ok(grant)
        }
    }
}

/// The claims of the ID token; none if none was asked for and none came.
async fn verified_claims(
    engine: &Engine,
    metadata: &Metadata,
    tokens: &Tokens,
    transaction: &Transaction,
) -> Result<Map, Error> {
    let Some(id_token) = &tokens.id_token else {
        let missing = engine.settings.wants_id_token();
        return if missing { Err(Error::at(Code::ResponseInvalid, "id_token")) } else { Ok(Map::new()) };
    };
    let expected = Expected {
        client_id: &engine.settings.client_id,
        nonce: &transaction.nonce,
        access_token: &tokens.access_token,
        max_age: transaction.max_age,
    };
    let policy = &engine.settings.policy;
    let claims = id_token::verify(id_token, &engine.provider, metadata, policy, &expected).await?;
    Ok(claims.into_members())
}

/// Takes the parameters of a handled callback out of the address bar, if they are still there.
fn clean_address(callback: &Callback) {
    let Ok(href) = navigation::href() else { return };
    let (before, fragment) =
        href.split_once('#').map_or((href.as_str(), None), |(url, part)| (url, Some(part)));
    let Some((page, query)) = before.split_once('?') else { return };
    if Callback::read(query).is_none_or(|shown| shown.state() != callback.state()) {
        return;
    }
    let mut url = page.to_owned();
    for (mark, part) in [("?", Some(Callback::rest_of(query))), ("#", fragment.map(String::from))] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            url.push_str(mark);
            url.push_str(&part);
        }
    }
    // Where the address cannot be changed it stays: the code in it is worth nothing any more.
    let _ = navigation::replace(&url);
}

fn query_of(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    url.split_once('?').map_or("", |(_, query)| query)
}

#[cfg(test)]
mod tests {
    use super::query_of;

    #[test]
    fn the_query_ends_at_the_fragment() {
        assert_eq!(query_of("https://app.example/cb?code=1&state=2#x?y"), "code=1&state=2");
        assert_eq!(query_of("https://app.example/cb#?code=1"), "");
        assert_eq!(query_of("https://app.example/cb"), "");
    }
}
