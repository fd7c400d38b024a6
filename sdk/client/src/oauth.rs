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

use edgeward_core::{
    http::{Request, Response},
    json::Value,
    jwt::{self, Policy, Verified},
    oauth::{
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
pub(crate) use device::Device;
pub(crate) use person::{known_claims, own_access, with_own_access};
pub(crate) use pushed::{Delivery, url as authorization_url};

use crate::{
    effect, id_token,
    methods::Method,
    options,
    run::{Flow, Outcome, Run},
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

/// A method that only the whole client has.
pub(crate) fn named(name: &str) -> Option<Method> {
    Some(match name {
        "signInDevice" => |run, args| text(device::begin(run, args)),
        "waitForDevice" => device::wait,
        "clientCredentials" => |run, args| Ok(written::access_token(access(run, options::want(args)?)?)),
        "exchangeToken" => |run, args| text(exchange::run(run, args)),
        "clientAssertion" => |run, args| {
            let audience = args.required("audience")?;
            text(Ok(authentication::assertion(run, &audience)?.into()))
        },
        "userinfo" => |run, _| text(account::userinfo(run)),
        "introspect" => |run, args| text(account::introspect(run, args)),
        "revokeToken" => |run, args| text(account::revoke(run, args)),
        "register" => |run, args| text(registration::begin(run, args)),
        "renewRegistration" => |run, args| text(registration::renew(run, args)),
        "deleteRegistration" => |run, args| text(registration::end(run, args)),
        "discoverResource" => |run, args| text(discover_resource::run(run, args)),
        "replaceTokens" => |run, args| text(replace::run(run, args)),
        "logoutTold" => |run, args| text(logout::told(run, args)),
        "frontChannelLogout" => |run, args| text(logout::front_channel(run, args)),
        "watchFrame" => |run, _| text(watch::frame(run)),
        "watchHeard" => |_, args| text(watch::heard(args)),
        "watchQuestion" => |run, _| text(watch::question(run)),
        "watchAnswer" => |run, args| text(watch::answer(run, args)),
        _ => return None,
    })
}

fn text(answer: Flow<Value>) -> Outcome {
    Ok(answer?.to_text())
}

/// Sends a request of this client to its authorization server, and tells how tokens were asked for.
///
/// # Errors
/// Those of the client's authentication, of [`effect::fetch`] and of the binding.
pub(crate) fn send(run: &Run<'_>, request: Request, bound: Option<&str>) -> Flow<(Response, TokenType)> {
    let request = dress(run, request)?;
    let asked = if bound.is_some() { TokenType::Dpop } else { run.client.settings.binding };
    let answer = match asked {
        TokenType::Bearer => effect::fetch(run, &request, effect::SERVER)?,
        TokenType::Dpop => binding::send(run, &request, bound)?,
    };
    Ok((answer, asked))
}

/// Asks the token endpoint for what replaces tokens; tells as well how far the server's clock is ahead, if
/// its answer shows a time.
///
/// # Errors
/// As [`send`], and those of [`token::response`](edgeward_core::oauth::token::response).
pub(crate) fn renew(run: &Run<'_>, request: Request, bound: Option<&str>) -> Flow<(Tokens, Option<Millis>)> {
    let asked = run.now().wall;
    let (answer, kind) = send(run, request, bound)?;
    let received = run.now().wall;
    let skew = clock::date(&answer).map(|date| Millis(Skew::measured(date, asked, received).0));
    Ok((run.client.settings.catalogue.tokens(&answer, kind)?.tokens, skew))
}

/// A token of the provider's whose signature was verified, with its keys or with the client's secret.
///
/// # Errors
/// Those of [`jwt::admit`], of the keys and of the signature.
fn authentic(run: &Run<'_>, metadata: &Metadata, token: &str, policy: &Policy) -> Flow<Verified> {
    let token = jwt::admit(token, policy)?;
    id_token::check_origin(run, &token, metadata)?;
    Ok(token.dangerous_trust())
}
