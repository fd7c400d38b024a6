//! Begins a sign-in: keeps a transaction and sends the user to the issuer.

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    oauth::{
        Failure,
        authorize::{Target, Transaction},
    },
};

use crate::{
    callback,
    client::Client,
    effect,
    options::SignIn,
    runtime::Outcome,
    transactions::{self, Window},
};

/// Leaves the page for the issuer.
///
/// # Errors
/// Those of [`address`]; `runtime_unsupported`: there is no page to leave.
pub(crate) async fn redirect(client: &Rc<Client>, options: SignIn) -> Result<(), Failure> {
    // Without a page there is no use in asking the network.
    if effect::location(&client.runtime).await.is_none() {
        return Err(Error::at(Code::RuntimeUnsupported, "location").into());
    }
    let (url, _) = address(client, options, Window::Own).await?;
    effect::navigate(&client.runtime, &url).await
}

/// Signs in through a window of its own, and gives a `CallbackResult`.
///
/// # Errors
/// Those of [`address`], of the callback; `popup_blocked`, `popup_closed`.
pub(crate) async fn popup(client: &Rc<Client>, options: SignIn) -> Outcome {
    let began = client.session.began(client).await;
    let (url, state) = address(client, options, Window::Popup).await?;
    let url = effect::popup(&client.runtime, &url, &state).await?;
    callback::returned(client, &url, began).await
}

/// Keeps a transaction, and gives the address to send the user to and the state.
///
/// # Errors
/// Those of discovery; `invalid_parameters`; `runtime_unsupported`.
pub(crate) async fn address(
    client: &Rc<Client>,
    options: SignIn,
    window: Window,
) -> Result<(String, String), Failure> {
    let (runtime, settings) = (&client.runtime, &client.settings);
    if settings.redirect_uri.is_empty() {
        return Err(Error::at(Code::ConfigInvalid, "redirectUri").into());
    }
    let metadata = client.provider.metadata(runtime).await?;
    let target = Target {
        issuer: metadata.issuer.clone(),
        redirect_uri: settings.redirect_uri.clone(),
        scope: settings.scope.clone(),
        resources: settings.resources.clone(),
    };
    let now = runtime.now().wall.to_seconds();
    let mut transaction = Transaction::begin(target, &effect::random(runtime).await?, now);
    transaction.max_age = options.wishes.max_age;
    transaction.app_state = options.app_state;
    #[cfg(not(feature = "oauth"))]
    let url =
        edgeward_core::oauth::authorize::url(&metadata, &settings.client_id, &transaction, &options.wishes)?;
    #[cfg(feature = "oauth")]
    let url = crate::oauth::authorization_url(client, &metadata, &transaction, options.wishes).await?;
    transactions::begin(runtime, &client.transactions, &transaction, window).await;
    Ok((url, transaction.state))
}
