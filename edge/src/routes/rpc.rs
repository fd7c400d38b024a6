//! The RPC entry points: a Worker asks over a service binding whether a token is good, and gets a
//! typed identity; another one, which the operator has bound to that, revokes. Between Workers no header
//! can be forged that way, because none is used.

use edgeward_core::{
    Code, Error,
    error::Recovery,
    gateway::{
        Denial, Identity, Incoming, Requirements,
        credential::Kind,
        log::Line,
        metrics::Counter,
        policy::{CredentialRule, Missing, Wanted},
    },
    json::{self, Map, Value},
    jwt::convex::{self, Provider},
    time::{Seconds, UnixSeconds},
};
use edgeward_host::{clock, members, metrics, task::Background, values};
use wasm_bindgen::JsValue;
use worker::{Env, console_warn};

use crate::gateway::{Caller, Gateway};

const OPTIONS: [&str; 12] = [
    "path",
    "issuers",
    "scopes",
    "anyScope",
    "permissions",
    "anyPermission",
    "roles",
    "anyRole",
    "maxAuthenticationAgeSeconds",
    "acr",
    "amr",
    "convexIdentity",
];

/// What a caller asks of a token.
struct Asked {
    /// The path whose route's rules hold as well.
    path: Option<String>,
    requirements: Requirements,
    /// As what kind of issuer Convex would know the token's.
    convex: Option<Provider>,
}

/// Who a token speaks for, and what a function of Convex would see of it, if that was asked.
type Found = (Caller, Option<Map>);

/// Verifies a token: `{ ok: true, identity, user, convexIdentity }` or `{ ok: false, error: { code, message, status, retryable } }`.
pub async fn verify(token: &JsValue, options: &JsValue, env: &Env, context: &JsValue) -> JsValue {
    let gateway = super::gateway(env);
    let outcome = match &gateway {
        Ok(gateway) => decide(token, options, gateway, env, context).await,
        Err(_) => Err(Code::ConfigInvalid.into()),
    };
    let answer = match &outcome {
        Ok((Caller { identity, user, .. }, convex)) => {
            metrics::count(Counter::Allowed);
            let user = user.as_ref().map(|user| user.value());
            json::object(vec![
                ("ok", true.into()),
                ("identity", written(identity)),
                ("user", user.into()),
                ("convexIdentity", convex.clone().map(Value::Object).into()),
            ])
        }
        Err(denial) => {
            metrics::denied(denial.error.code);
            if let Ok(gateway) = &gateway {
                report(gateway, denial.error);
            }
            json::object(vec![("ok", false.into()), ("error", refused(denial))])
        }
    };
    values::to_js(&answer)
}

/// Carries out an order as an operator's `POST /.edgeward/revocations` does: `{ ok: true, before, expires }` or
/// `{ ok: false, error }`. Who may call it is who is bound to it.
pub async fn revoke(order: &JsValue, env: &Env) -> JsValue {
    let outcome = match super::gateway(env) {
        Ok(gateway) => match js_sys::JSON::stringify(order).ok().and_then(|text| text.as_string()) {
            Some(order) => gateway.revoke(order.as_bytes()).await,
            None => Err(Error::at(Code::InvalidParameters, "order")),
        },
        Err(_) => Err(Code::ConfigInvalid.into()),
    };
    let answer = match outcome {
        Ok(entry) => json::object(vec![
            ("ok", true.into()),
            ("before", entry.before.0.into()),
            ("expires", entry.expires.0.into()),
        ]),
        Err(error) => json::object(vec![("ok", false.into()), ("error", refused(&error.into()))]),
    };
    values::to_js(&answer)
}

async fn decide(
    token: &JsValue,
    options: &JsValue,
    gateway: &Gateway,
    env: &Env,
    context: &JsValue,
) -> Result<Found, Denial> {
    let asked = asked(options)?;
    let token = token.as_string().filter(|token| !token.is_empty()).ok_or(Code::TokenMissing)?;
    let header = ("authorization".to_owned(), ["Bearer ", &token].concat());
    let path = asked.path.as_deref().unwrap_or("/");
    let request = Incoming::new("GET".to_owned(), ["https://rpc.invalid", path].concat(), [header]);
    let rule = match &asked.path {
        Some(path) => gateway.rule(path)?.requirements.clone(),
        None => gateway.otherwise().clone(),
    };
    // However the route wants its credential: here it comes as an argument, and must be good.
    let rule = Requirements { credential: CredentialRule::Required, kinds: vec![Kind::Bearer], ..rule };
    let background = Background::of_context(context);
    let admitted = gateway.admit(&request, &rule, &background, |name| super::binding(env, name)).await?;
    let caller = admitted.ok_or(Code::TokenMissing)?;
    asked.requirements.decide(&caller.identity, clock::now().to_seconds())?;
    let convex = asked.convex.map(|provider| convex::identity(caller.identity.claims(), provider));
    Ok((caller, convex.transpose()?))
}

fn asked(options: &JsValue) -> Result<Asked, Error> {
    let options = members::read(options, Code::InvalidParameters)?;
    options.only(&OPTIONS)?;
    let list = |name| options.texts(name).map(Option::unwrap_or_default);
    let wanted = |all, any| Ok::<_, Error>(Wanted { all: list(all)?, any: list(any)? });
    let path = options.text("path")?;
    if path.as_ref().is_some_and(|path| !path.starts_with('/') || path.contains(['?', '#'])) {
        return Err(Error::at(Code::InvalidParameters, "path"));
    }
    let convex = options.text("convexIdentity")?.map(|kind| match kind.as_str() {
        "oidc" => Ok(Provider::Oidc),
        "customJwt" => Ok(Provider::CustomJwt),
        _ => Err(Error::at(Code::InvalidParameters, "convexIdentity")),
    });
    let requirements = Requirements {
        issuers: list("issuers")?,
        scopes: wanted("scopes", "anyScope")?,
        permissions: wanted("permissions", "anyPermission")?,
        roles: wanted("roles", "anyRole")?,
        max_authentication_age: options.number("maxAuthenticationAgeSeconds")?.map(Seconds),
        acr: list("acr")?,
        amr: list("amr")?,
        ..Requirements::default()
    };
    Ok(Asked { path, requirements, convex: convex.transpose()? })
}

/// The identity as JavaScript has it, in the shape of `edgeward/verify`.
fn written(identity: &Identity) -> Value {
    let text = |text: &Option<String>| Value::from(text.clone());
    let seconds = |at: Option<UnixSeconds>| Value::from(at.map(|at| at.0));
    json::object(vec![
        ("subject", text(&identity.subject)),
        ("issuer", identity.issuer.as_str().into()),
        ("sessionId", text(&identity.session_id)),
        ("clientId", text(&identity.client_id)),
        ("tokenId", text(&identity.token_id)),
        ("scope", identity.scopes.clone().into()),
        ("permissions", identity.permissions.clone().into()),
        ("roles", identity.roles.clone().into()),
        ("authenticatedAt", seconds(identity.authenticated_at)),
        ("acr", text(&identity.acr)),
        ("amr", identity.amr.clone().into()),
        ("issuedAt", seconds(identity.issued_at)),
        ("expiresAt", seconds(identity.expires_at)),
        ("claims", Value::Object(identity.claims().clone())),
    ])
}

fn refused(denial: &Denial) -> Value {
    let code = denial.error.code;
    let scope = if let Missing::Scope(scope) = &denial.missing { Some(scope.clone()) } else { None };
    json::object(vec![
        ("code", code.as_str().into()),
        ("message", code.message().into()),
        ("status", u32::from(code.status()).into()),
        ("retryable", (code.recovery() == Recovery::Retry).into()),
        ("scope", scope.into()),
    ])
}

fn report(gateway: &Gateway, error: Error) {
    let line = Line::of(error, "", "verify");
    if gateway.config.traffic.log.tells(line.event) {
        console_warn!("{}", line.text());
    }
}
