//! The way to the provider.

use edgeward_core::{Code, oauth::authorize::Target};

use super::{Initiate, Initiated, binding, permitted};
use crate::{
    context::Context,
    failure::Failure,
    operations::shape::Text,
    providers::{
        self, Lasting, is_scope,
        transactions::{self, Kind, New},
    },
};

/// Begins a connection.
///
/// # Errors
/// `provider_not_configured`. `invalid_redirect`: the address is not one of those configured. `invalid_parameters` at
/// `scopes`: one has not the form of a scope, or is not offered.
pub async fn initiate(context: &Context<'_>, wanted: Initiate) -> Result<Initiated, Failure> {
    let user = permitted(context, "write")?;
    let authority = context.authority;
    let provider = providers::named(authority, &wanted.provider.0)?;
    if !authority.settings.connections.redirect_uris.contains(&wanted.redirect_uri.0) {
        return Err(Code::InvalidRedirect.into());
    }
    let is_offered = |scope: &String| {
        is_scope(scope) && provider.connection_scopes.as_ref().is_none_or(|offered| offered.contains(scope))
    };
    if !wanted.scopes.iter().all(is_offered) {
        return Err(Failure::parameter("scopes"));
    }
    let metadata = provider.metadata(authority).await?;
    let target = Target {
        issuer: metadata.issuer.clone(),
        redirect_uri: wanted.redirect_uri.0,
        scope: provider.kind.scope_of(&wanted.scopes.join(" ")),
        resources: Vec::new(),
    };
    let bound = binding(context)?;
    let new = New { kind: Kind::Connect, provider: &provider.name, user: Some(user), binding: &bound };
    let (transaction, begin) = transactions::begin(context, &new, target, None)?;
    let auth_url = provider.authorization_url(&metadata, &transaction, Lasting::Yes)?;
    let initiated = Initiated { auth_url: Text(auth_url), state: transaction.state };
    context.commit(vec![begin], initiated).await?.ok_or(Code::InternalError.into())
}
