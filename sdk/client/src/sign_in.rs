//! Begins a sign-in: keeps a transaction and sends the page to the issuer.

use edgeward_core::{
    Error,
    oauth::authorize::{self, Target, Transaction},
};
use edgeward_host::{clock, navigation, random};

use crate::{engine::Engine, options::SignIn};

/// Leaves the page for the issuer.
///
/// # Errors
/// Those of discovery; `invalid_parameters`; `runtime_unsupported`: there is no page to leave.
pub(crate) async fn begin(engine: &Engine, options: SignIn) -> Result<(), Error> {
    // Without a page there is no use in asking the network.
    navigation::href()?;
    let settings = &engine.settings;
    let metadata = engine.provider.metadata().await?;
    let target = Target {
        issuer: settings.issuer.as_str().into(),
        redirect_uri: settings.redirect_uri.clone(),
        scope: settings.scope.clone(),
        resources: settings.resources.clone(),
    };
    let now = clock::now().to_seconds();
    let mut transaction = Transaction::begin(target, &random::bytes()?, now);
    transaction.max_age = options.wishes.max_age;
    transaction.app_state = options.app_state;
    let url = authorize::url(&metadata, &settings.client_id, &transaction, &options.wishes)?;
    engine.transactions.begin(&transaction, now);
    navigation::assign(&url)
}
