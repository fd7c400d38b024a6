//! What the server says about itself.
//!
//! Source: [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata),
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414), [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)

use edgeward_core::{
    json::{Value, object},
    oauth::dpop,
};

use super::Route;
use crate::{Authority, http::Outgoing};

/// How long the documents may be kept.
const CACHING: &str = "public, max-age=300";

/// The scopes that clients may ask for.
fn scopes(authority: &Authority) -> Vec<Value> {
    let settings = &authority.settings;
    let words = settings.tokens.scopes.iter().filter(|word| *word != "*");
    settings.oauth.scopes.iter().chain(words).map(|scope| scope.as_str().into()).collect()
}

/// The metadata of the server, the same for OpenID Connect and OAuth.
#[must_use]
pub fn server(authority: &Authority) -> Outgoing {
    let settings = &authority.settings;
    let at = |route: Route| Value::from([settings.issuer.as_str(), route.path()].concat());
    let texts = |texts: &[&str]| Value::from(texts.to_vec());
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let dpop_algorithms: Vec<_> = dpop::ALGORITHMS.iter().map(|alg| alg.name()).collect();
    let mut members = vec![
        ("issuer", settings.issuer.as_str().into()),
        ("authorization_endpoint", at(Route::Authorize)),
        ("token_endpoint", at(Route::Token)),
        ("jwks_uri", at(Route::Keys)),
        ("userinfo_endpoint", at(Route::Userinfo)),
        ("introspection_endpoint", at(Route::Introspect)),
        ("revocation_endpoint", at(Route::Revoke)),
        ("device_authorization_endpoint", at(Route::DeviceAuthorization)),
        ("pushed_authorization_request_endpoint", at(Route::Push)),
        ("end_session_endpoint", at(Route::Logout)),
        ("scopes_supported", scopes(authority).into()),
        ("response_types_supported", texts(&["code"])),
        ("response_modes_supported", texts(&["query"])),
        ("grant_types_supported", texts(&super::client::GRANTS)),
        ("subject_types_supported", texts(&["public"])),
        ("id_token_signing_alg_values_supported", texts(&[settings.oauth.algorithm.name()])),
        ("token_endpoint_auth_methods_supported", texts(&methods)),
        ("token_endpoint_auth_signing_alg_values_supported", texts(&dpop_algorithms)),
        ("introspection_endpoint_auth_methods_supported", texts(&confidential)),
        ("introspection_endpoint_auth_signing_alg_values_supported", texts(&dpop_algorithms)),
        ("revocation_endpoint_auth_methods_supported", texts(&methods)),
        ("revocation_endpoint_auth_signing_alg_values_supported", texts(&dpop_algorithms)),
        ("code_challenge_methods_supported", texts(&["S256"])),
        ("dpop_signing_alg_values_supported", texts(&dpop_algorithms)),
        ("prompt_values_supported", texts(&["none", "login", "consent"])),
        (
            "claims_supported",
            texts(&[
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "sid",
                "name",
                "picture",
                "email",
                "email_verified",
                "updated_at",
            ]),
        ),
        ("protected_resources", authorized(authority)),
        ("claims_parameter_supported", false.into()),
        ("request_parameter_supported", false.into()),
        ("request_uri_parameter_supported", false.into()),
        ("authorization_response_iss_parameter_supported", true.into()),
        ("backchannel_logout_supported", true.into()),
        ("backchannel_logout_session_supported", true.into()),
        ("client_id_metadata_document_supported", settings.oauth.registration.into()),
    ];
    if settings.oauth.registration {
        members.push(("registration_endpoint", at(Route::Register)));
    }
    document(object(members))
}

fn authorized(authority: &Authority) -> Value {
    let resources = authority.settings.oauth.resources.iter();
    resources.map(|resource| resource.resource.as_str()).collect::<Vec<_>>().into()
}

/// The metadata of the authority's own API.
#[must_use]
pub fn resource(authority: &Authority) -> Outgoing {
    let issuer = authority.settings.issuer.as_str();
    document(object(vec![
        ("resource", issuer.into()),
        ("authorization_servers", vec![issuer].into()),
        ("scopes_supported", scopes(authority).into()),
        ("bearer_methods_supported", vec!["header"].into()),
        (
            "dpop_signing_alg_values_supported",
            dpop::ALGORITHMS.iter().map(|alg| alg.name()).collect::<Vec<_>>().into(),
        ),
    ]))
}

fn document(document: Value) -> Outgoing {
    let headers = vec![("content-type", "application/json".into()), ("cache-control", CACHING.into())];
    Outgoing { status: 200, headers, body: document.to_text() }
}
