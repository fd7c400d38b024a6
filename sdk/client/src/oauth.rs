//! What only the whole client can do: sign in on a device, be somebody by itself, hand on what it has.

mod account;
mod answers;
mod authentication;
mod binding;
mod catalogue;
mod credentials;
mod device;
mod discover_resource;
mod exchange;
mod logout;
mod person;
mod pushed;
mod registration;
mod replace;
mod watch;

use std::{future::Future, pin::Pin, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    json::Members,
    jwt::{self, Policy, Verified},
    oauth::{
        Failure,
        clock::{self, Skew},
        discovery::Metadata,
        token::{TokenType, Tokens},
    },
    session::Millis,
};

pub(crate) use answers::{
    read as read_answer, rest_of as rest_of_answer, state_of, verified as verified_answer,
};
pub(crate) use authentication::{Authentication, acts_for_itself, dress};
pub(crate) use binding::{proof_header, proof_was_refused, read as binding_of};
pub(crate) use catalogue::{
    Catalogue, Mode, give_back, issuer as issuer_of, provider as provider_of, redeem,
};
pub(crate) use credentials::access;
pub(crate) use person::{known_claims, own_access, with_own_access};
pub(crate) use pushed::{Delivery, url as authorization_url};

use crate::{
    client::Client,
    effect, id_token, options,
    runtime::{Answer, Outcome},
    written,
};

/// What its flows remember.
#[derive(Default)]
pub(crate) struct Memory {
    answers: answers::Answers,
    credentials: credentials::Credentials,
    devices: device::Devices,
    nonces: binding::Nonces,
    replacements: replace::Replacements,
}

/// The members of `ClientOptions` that only the whole client has.
pub(crate) const OPTIONS: [&str; 12] = [
    "appleTeam",
    "offlineAccess",
    "provider",
    "responseMode",
    "tenant",
    "clientSecret",
    "clientAuthentication",
    "clientKey",
    "grant",
    "tokenBinding",
    "pushedAuthorizationRequests",
    "signedAuthorizationRequests",
];

/// The flow of a method that only the whole client has.
pub(crate) fn run(client: Rc<Client>, method: &str, args: Members) -> Pin<Box<dyn Future<Output = Outcome>>> {
    match method {
        "signInDevice" => Box::pin(async move { text(device::begin(&client, &args).await) }),
        "waitForDevice" => Box::pin(async move { device::wait(&client, &args).await }),
        "clientCredentials" => Box::pin(async move {
            let handed = access(&client, options::want(&args)?).await?;
            Ok(written::access_token(&handed))
        }),
        "exchangeToken" => Box::pin(async move { text(exchange::run(&client, &args).await) }),
        "clientAssertion" => Box::pin(async move {
            let audience = args.required("audience")?;
            text(Ok(authentication::assertion(&client, &audience).await?.into()))
        }),
        "userinfo" => Box::pin(async move { text(account::userinfo(&client).await) }),
        "introspect" => Box::pin(async move { text(account::introspect(&client, &args).await) }),
        "revokeToken" => Box::pin(async move { text(account::revoke(&client, &args).await) }),
        "register" => Box::pin(async move { text(registration::begin(&client, &args).await) }),
        "renewRegistration" => Box::pin(async move { text(registration::renew(&client, &args).await) }),
        "deleteRegistration" => Box::pin(async move { text(registration::end(&client, &args).await) }),
        "discoverResource" => Box::pin(async move { text(discover_resource::run(&client, &args).await) }),
        "replaceTokens" => Box::pin(async move { text(replace::run(&client, &args).await) }),
        "logoutTold" => Box::pin(async move { text(logout::told(&client, &args).await) }),
        "frontChannelLogout" => Box::pin(async move { text(logout::front_channel(&client, &args).await) }),
        "watchFrame" => Box::pin(async move { text(watch::frame(&client).await) }),
        "watchHeard" => Box::pin(async move { text(watch::heard(&args)) }),
        "watchQuestion" => Box::pin(async move { text(watch::question(&client).await) }),
        "watchAnswer" => Box::pin(async move { text(watch::answer(&client, &args).await) }),
        _ => Box::pin(async { Err(Error::at(Code::InvalidParameters, "method").into()) }),
    }
}

fn text(answer: Answer) -> Outcome {
    Ok(answer?.to_text())
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

/// Asks the token endpoint for what replaces tokens; tells as well how far the server's clock is ahead, if
/// its answer shows a time.
///
/// # Errors
/// As [`send`], and those of [`token::response`](edgeward_core::oauth::token::response).
pub(crate) async fn renew(
    client: &Rc<Client>,
    request: Request,
    bound: Option<&str>,
) -> Result<(Tokens, Option<Millis>), Failure> {
    let asked = client.runtime.now().wall;
    let (answer, kind) = send(client, request, bound).await?;
    let received = client.runtime.now().wall;
    let skew = clock::date(&answer).map(|date| Millis(Skew::measured(date, asked, received).0));
    Ok((client.settings.catalogue.tokens(&answer, kind)?.tokens, skew))
}

/// A token of the provider's whose signature was verified, with its keys or with the client's secret.
///
/// # Errors
/// Those of [`jwt::admit`], of the keys and of the signature.
async fn authentic(
    client: &Rc<Client>,
    metadata: &Metadata,
    token: &str,
    policy: &Policy,
) -> Result<Verified, Failure> {
    let token = jwt::admit(token, policy)?;
    id_token::check_origin(client, &token, metadata).await?;
    Ok(token.dangerous_trust())
}
