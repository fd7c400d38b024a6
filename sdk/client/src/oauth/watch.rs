//! Watches the user's session at the provider: asks a page of the provider in a hidden frame, and where that
//! says that something has changed, signs in again without a prompt.
//!
//! Source: [OpenID Connect Session Management 1.0](https://openid.net/specs/openid-connect-session-1_0.html)

use edgeward_core::{
    Code,
    json::{Members, Value, object},
    oauth::{
        authorize::Wishes,
        check_session::{self, Standing, Verdict},
        discovery::Endpoint,
    },
    session::Reason,
};

use super::answers;
use crate::{
    options::SignIn,
    run::{Flow, Run, settled},
    sign_in,
    transactions::Window,
};

/// The page to ask, its origin and the question; null: nobody is signed in, or the provider has no such page.
///
/// # Errors
/// Those of discovery.
pub(crate) fn frame(run: &Run<'_>) -> Flow<Value> {
    let client = run.client;
    client.session.start(run)?;
    let Some(grant) = client.session.granted(run)? else { return Ok(Value::Null) };
    let metadata = client.provider.metadata(run)?;
    let (Some(page), Some(state)) =
        (metadata.find(Endpoint::CheckSession)?, answers::session_state(&grant.claims))
    else {
        return Ok(Value::Null);
    };
    Ok(object(vec![
        ("url", page.as_str().into()),
        ("origin", page.origin().into()),
        ("question", check_session::question(&client.settings.client_id, state).into()),
    ]))
}

/// What the page's message means: `unchanged`, `changed`, `error`; null: it is none of its answers.
pub(crate) fn heard(args: &Members) -> Flow<Value> {
    Ok(match Verdict::read(&args.required("message")?) {
        Some(Verdict::Unchanged) => "unchanged".into(),
        Some(Verdict::Changed) => "changed".into(),
        Some(Verdict::Error) => "error".into(),
        None => Value::Null,
    })
}

/// The address at which the provider tells without a prompt whether the same user is signed in there,
/// and the state of that sign-in.
///
/// # Errors
/// `session_missing`; those of [`sign_in::address`].
pub(crate) fn question(run: &Run<'_>) -> Flow<Value> {
    let grant = run.client.session.granted(run)?.ok_or(Code::SessionMissing)?;
    let hint = grant.id_token.clone().map(|token| ("id_token_hint".to_owned(), token));
    let wishes =
        Wishes { prompt: Some("none".into()), extra: hint.into_iter().collect(), ..Wishes::default() };
    let (url, state) = sign_in::address(run, SignIn { wishes, app_state: None }, Window::Popup)?;
    Ok(object(vec![("url", url.into()), ("state", state.into())]))
}

/// What the answer to [`question`] says about the session: `same`, `over` or `unknown`. A session that is
/// over ends here as well.
///
/// # Errors
/// `session_missing`.
pub(crate) fn answer(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let client = run.client;
    let url = args.required("url")?;
    let before = client.session.granted(run)?.ok_or(Code::SessionMissing)?;
    let began = client.session.start(run)?;
    let outcome = settled(crate::callback::returned(run, &url, began))?;
    let after = client.session.granted(run)?.and_then(|grant| grant.subject.clone()).unwrap_or_default();
    let subject = before.subject.clone().unwrap_or_default();
    let standing = match &outcome {
        Ok(_) => check_session::judge(Ok(&after), &subject),
        Err(failure) => check_session::judge(Err(failure), &subject),
    };
    if standing == Standing::Over {
        client.session.sign_out(run, Reason::Revoked)?;
    }
    Ok(match standing {
        Standing::Same => "same",
        Standing::Over => "over",
        Standing::Unknown => "unknown",
    }
    .into())
}
