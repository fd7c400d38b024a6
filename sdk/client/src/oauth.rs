//! What only the whole client can do: sign in on a device, be somebody by itself, hand on what it has.

mod account;
mod authentication;
mod binding;
mod credentials;
mod device;
mod discover_resource;
mod exchange;
mod pushed;
mod registration;

use std::{future::Future, pin::Pin, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    json::Members,
    oauth::{Failure, token::TokenType},
};

pub(crate) use authentication::{Authentication, acts_for_itself, dress};
pub(crate) use binding::{proof_header, proof_was_refused, read as binding_of};
pub(crate) use credentials::access;
pub(crate) use pushed::{Delivery, url as authorization_url};

use crate::{client::Client, effect, options, runtime::Answer, written};

/// What its flows remember.
#[derive(Default)]
pub(crate) struct Memory {
    credentials: credentials::Credentials,
    devices: device::Devices,
    nonces: binding::Nonces,
}

/// The members of `ClientOptions` that only the whole client has.
pub(crate) const OPTIONS: [&str; 7] = [
    "clientSecret",
    "clientAuthentication",
    "clientKey",
    "grant",
    "tokenBinding",
    "pushedAuthorizationRequests",
    "signedAuthorizationRequests",
];

/// The flow of a method that only the whole client has.
pub(crate) fn run(client: Rc<Client>, method: &str, args: Members) -> Pin<Box<dyn Future<Output = Answer>>> {
    match method {
        "signInDevice" => Box::pin(async move { device::begin(&client, &args).await }),
        "waitForDevice" => Box::pin(async move { device::wait(&client, &args).await }),
        "clientCredentials" => Box::pin(async move {
            let handed = access(&client, options::want(&args)?).await?;
            Ok(written::access_token(&handed))
        }),
        "exchangeToken" => Box::pin(async move { exchange::run(&client, &args).await }),
        "clientAssertion" => Box::pin(async move {
            let audience = args.required("audience")?;
            Ok(authentication::assertion(&client, &audience).await?.into())
        }),
        "userinfo" => Box::pin(async move { account::userinfo(&client).await }),
        "introspect" => Box::pin(async move { account::introspect(&client, &args).await }),
        "revokeToken" => Box::pin(async move { account::revoke(&client, &args).await }),
        "register" => Box::pin(async move { registration::begin(&client, &args).await }),
        "renewRegistration" => Box::pin(async move { registration::renew(&client, &args).await }),
        "deleteRegistration" => Box::pin(async move { registration::end(&client, &args).await }),
        "discoverResource" => Box::pin(async move { discover_resource::run(&client, &args).await }),
        _ => Box::pin(async { Err(Error::at(Code::InvalidParameters, "method").into()) }),
    }
}

/// Sends a request of this client to its authorization server, and tells how tokens were asked for.
///
/// # Errors
/// Those of the client's authentication, of [`effect::fetch`] and of the binding.
pub(crate) async fn send(
    client: &Rc<Client>,
    request: Request,
    bound: Option<&str>,
) -> Result<(Response, TokenType), Failure> {
    let request = dress(client, request).await?;
    let asked = if bound.is_some() { TokenType::Dpop } else { client.settings.binding };
    let answer = match asked {
        TokenType::Bearer => effect::fetch(&client.runtime, &request, effect::SERVER).await?,
        TokenType::Dpop => binding::send(client, &request, bound).await?,
    };
    Ok((answer, asked))
}
