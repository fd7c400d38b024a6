//! The options of `createVerifier`: the declared shape, and how they are read.

use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
    jose::{Algorithm, KeySet},
    json::Value,
    jwt::{Policy, Profile, Rules, TokenType},
    oauth::discovery::Issuer,
    secret::Secret,
    time::Seconds,
};
use edgeward_host::{
    keys::{IssuerKeys, Source},
    members::Members,
    verifier::Verifier,
};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// What tokens are accepted, and where the issuer's keys come from: from `jwks`, from `jwksUri`,
/// from the secret, or else from the issuer's metadata.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "declares the TypeScript type; `verifier` reads it")]
pub struct VerifierOptions {
    /// What `iss` must equal.
    issuer: String,
    /// What `aud` must be or contain; one of them, if there are several.
    #[tsify(type = "string | string[]")]
    audience: Vec<String>,
    /// What `alg` must be one of.
    algorithms: Vec<Algorithm>,
    /// Where the key set is.
    #[tsify(optional)]
    jwks_uri: Option<String>,
    /// The key set itself; nothing is fetched then.
    #[tsify(optional, type = "{ keys: object[] }")]
    jwks: Option<Value>,
    /// What the header member `typ` must be. Default: `any`.
    #[tsify(optional)]
    #[serde(rename = "type")]
    token_type: Option<TokenType>,
    /// How far the two clocks may differ, 0 to 300. Default: 60.
    #[tsify(optional)]
    clock_tolerance_seconds: Option<u32>,
    /// How long after `iat` a token is accepted. Default: as long as it has not expired.
    #[tsify(optional)]
    max_token_age_seconds: Option<u32>,
    /// How long a token may live, from `iat` to `exp`. Default: any time.
    #[tsify(optional)]
    max_token_lifetime_seconds: Option<u32>,
    /// Whether a token without `exp` is refused. Default: true.
    #[tsify(optional)]
    require_expiration: Option<bool>,
    /// What `azp`, or `client_id`, must be one of. Default: any.
    #[tsify(optional, type = "string | string[]")]
    authorized_parties: Option<Vec<String>>,
    /// Claims that must be there. Default: `exp`.
    #[tsify(optional, type = "string | string[]")]
    required_claims: Option<Vec<String>>,
    /// `rfc9068`: the type is `at+jwt`, and the token says all that RFC 9068 asks for. Default: `jwt`.
    #[tsify(optional)]
    profile: Option<Profile>,
    /// Whether `iss` may have or lack a slash at its end, as with Convex. Default: false.
    #[tsify(optional)]
    issuer_trailing_slash: Option<bool>,
    /// Whether http on loopback is allowed. Default: false.
    #[tsify(optional)]
    development: Option<bool>,
}

const NAMES: [&str; 15] = [
    "issuer",
    "audience",
    "algorithms",
    "jwksUri",
    "jwks",
    "type",
    "clockToleranceSeconds",
    "maxTokenAgeSeconds",
    "maxTokenLifetimeSeconds",
    "requireExpiration",
    "authorizedParties",
    "requiredClaims",
    "profile",
    "issuerTrailingSlash",
    "development",
];

/// The verifier that [`VerifierOptions`] and the HMAC secret describe.
///
/// # Errors
/// `config_invalid`, at the option.
pub fn verifier(options: &JsValue, secret: Option<Vec<u8>>) -> Result<Verifier, Error> {
    let options = Members::read(options, Code::ConfigInvalid)?;
    options.only(&NAMES)?;
    let algorithms = options.texts("algorithms")?.unwrap_or_default();
    let algorithms = algorithms.iter().map(|name| name.parse()).collect::<Result<Vec<Algorithm>, _>>();
    let rules = Rules {
        token_type: match options.text("type")? {
            None => TokenType::default(),
            Some(name) => TokenType::named(&name).ok_or_else(|| invalid("type"))?,
        },
        clock_tolerance: options.number("clockToleranceSeconds")?.map(Seconds),
        max_token_age: options.number("maxTokenAgeSeconds")?.map(Seconds),
        max_token_lifetime: options.number("maxTokenLifetimeSeconds")?.map(Seconds),
        require_expiration: options.flag("requireExpiration")?,
        authorized_parties: options.texts("authorizedParties")?,
        required_claims: options.texts("requiredClaims")?.unwrap_or_default(),
        profile: match options.text("profile")? {
            None => Profile::default(),
            Some(name) => Profile::named(&name).ok_or_else(|| invalid("profile"))?,
        },
        issuer_trailing_slash: options.flag("issuerTrailingSlash")?,
    };
    let policy = Policy::new(
        options.required("issuer")?,
        options.texts("audience")?.unwrap_or_default(),
        algorithms.map_err(|_| invalid("algorithms"))?,
    )?
    .with_rules(rules)?;
    let keys = keys(&policy, &options, secret)?;
    Ok(Verifier::new(policy, keys))
}

fn keys(policy: &Policy, options: &Members, secret: Option<Vec<u8>>) -> Result<IssuerKeys, Error> {
    let development = options.flag("development")?.unwrap_or(false);
    let reach = if development { Reach::Development } else { Reach::Public };
    let symmetric = policy.algorithms.iter().all(|alg| alg.is_symmetric());
    match (options.member("jwks"), options.text("jwksUri")?, secret) {
        (None, None, Some(secret)) if symmetric => {
            IssuerKeys::secrets(vec![Secret::new(secret)], &policy.algorithms)
        }
        (Some(set), None, None) => {
            KeySet::from_value(&set).map(IssuerKeys::fixed).map_err(|_| invalid("jwks"))
        }
        (None, Some(uri), None) if !symmetric => {
            let address = Address::parse(&uri, reach).map_err(|_| invalid("jwksUri"))?;
            Ok(IssuerKeys::fetched(Source::Jwks(address)))
        }
        (None, None, None) if !symmetric => {
            let issuer = Issuer::parse(&policy.issuer, reach).map_err(|_| invalid("issuer"))?;
            Ok(IssuerKeys::fetched(Source::Discovery(issuer)))
        }
        (_, None, _) => Err(invalid("secret")),
        _ => Err(invalid("jwksUri")),
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
