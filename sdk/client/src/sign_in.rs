//! Begins a sign-in: keeps a transaction and sends the user to the issuer.

#[cfg(not(feature = "oauth"))]
use edgeward_core::oauth::authorize::Parameters;
use edgeward_core::{
    Code, Error, base64url,
    jose::algorithm::Hash,
    oauth::authorize::{Target, Transaction},
};

use crate::{
    callback, effect,
    id_token::webcrypto,
    options::SignIn,
    run::{Flow, Outcome, Run},
    transactions::{self, Window},
    written,
};

/// Leaves the page for the issuer.
///
/// # Errors
/// Those of [`address`]; `runtime_unsupported`: there is no page to leave.
pub(crate) fn redirect(run: &Run<'_>, options: SignIn) -> Outcome {
    // Without a page there is no use in asking the network.
    if effect::location(run)?.is_none() {
        return Err(Error::at(Code::RuntimeUnsupported, "location").into());
    }
    let (url, _) = address(run, options, Window::Own)?;
    effect::navigate(run, &url)?;
    Ok(written::null())
}

/// Signs in through a window of its own, and gives a `CallbackResult`.
///
/// # Errors
/// Those of [`address`], of the callback; `popup_blocked`, `popup_closed`.
pub(crate) fn popup(run: &Run<'_>, options: SignIn) -> Outcome {
    let began = run.client.session.start(run)?;
    let (url, state) = address(run, options, Window::Popup)?;
    let url = effect::popup(run, &url, &state)?;
    callback::returned(run, url, began)
}

/// Keeps a transaction, and gives the address to send the user to and the state.
///
/// # Errors
/// Those of discovery; `invalid_parameters`; `runtime_unsupported`.
pub(crate) fn address(run: &Run<'_>, options: SignIn, window: Window) -> Flow<(String, String)> {
    let settings = &run.client.settings;
    if settings.redirect_uri.is_empty() {
        return Err(Error::at(Code::ConfigInvalid, "redirectUri").into());
    }
    let metadata = run.client.provider.metadata(run)?;
    let target = Target {
        issuer: metadata.issuer.clone(),
        redirect_uri: settings.redirect_uri.clone(),
        scope: settings.scope.clone(),
        resources: settings.resources.clone(),
    };
    let now = run.now().wall.to_seconds();
    let mut transaction = Transaction::begin(target, &effect::random(run)?, now);
    transaction.max_age = options.wishes.max_age;
    transaction.app_state = options.app_state;
    #[cfg(not(feature = "oauth"))]
    let url =
        Parameters::new(&settings.client_id, &transaction, &options.wishes, challenge(run, &transaction)?)?
            .url(metadata)?;
    #[cfg(feature = "oauth")]
    let url = crate::oauth::authorization_url(run, metadata, &transaction, options.wishes)?;
    transactions::begin(run, &transaction, window)?;
    Ok((url, transaction.state))
}

/// The `code_challenge`. The platform hashes, so that a page need not download SHA-2.
///
/// # Errors
/// `runtime_unsupported`: it cannot.
///
/// Source: [RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)
pub(crate) fn challenge(run: &Run<'_>, transaction: &Transaction) -> Flow<String> {
    let name = webcrypto::hash_name(Hash::Sha256);
    Ok(base64url::encode(&effect::digest(run, name, transaction.verifier.expose())?))
}
