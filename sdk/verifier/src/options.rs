//! The options of `createVerifier`.

use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
    jose::{Algorithm, Key, KeySet},
    json::Value,
    jwt::{Audience, Policy, Rules, TokenType},
    oauth::discovery::Issuer,
    secret::Secret,
    time::Seconds,
};
use edgeward_host::{
    keys::{IssuerKeys, Source},
    verifier::Verifier,
};
use serde::Deserialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;

/// What tokens are accepted, and where the issuer's keys come from: from `jwks`, from `jwksUri`,
/// from the secret, or else from the issuer's metadata.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifierOptions {
    /// What `iss` must equal.
    issuer: String,
    /// What `aud` must contain one of.
    audience: Audience,
    /// What `alg` must be one of.
    algorithms: Vec<Algorithm>,
    /// Where the key set is.
    #[tsify(optional)]
    jwks_uri: Option<String>,
    /// The key set itself; nothing is fetched then.
    #[tsify(optional, type = "{ keys: object[] }")]
    jwks: Option<Value>,
    /// What the header member `typ` must be; `any` unless set.
    #[serde(default, rename = "type")]
    #[tsify(optional)]
    token_type: TokenType,
    /// How far the two clocks may differ, in seconds: 60 unless set, 300 at most.
    #[tsify(optional)]
    clock_tolerance_seconds: Option<u32>,
    /// How long after `iat` a token is accepted, in seconds.
    #[tsify(optional)]
    max_token_age_seconds: Option<u32>,
    /// Whether a token without `exp` is refused; `true` unless set.
    #[tsify(optional)]
    require_expiration: Option<bool>,
    /// Allows http on loopback.
    #[serde(default)]
    #[tsify(optional)]
    development: bool,
}

impl VerifierOptions {
    /// Reads the options from JavaScript.
    ///
    /// # Errors
    /// `config_invalid`: an option is unknown, missing or mistyped.
    pub fn read(options: JsValue) -> Result<Self, Error> {
        serde_wasm_bindgen::from_value(options).map_err(|_| invalid("options"))
    }

    /// The verifier that they describe.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub fn verifier(self, secret: Option<Vec<u8>>) -> Result<Verifier, Error> {
        let reach = if self.development { Reach::Development } else { Reach::Public };
        let rules = Rules {
            token_type: self.token_type,
            clock_tolerance: self.clock_tolerance_seconds.map(Seconds),
            max_token_age: self.max_token_age_seconds.map(Seconds),
            require_expiration: self.require_expiration,
        };
        let policy = Policy::new(self.issuer, self.audience.into(), self.algorithms)?.with_rules(rules)?;
        let keys = keys(&policy, self.jwks_uri.as_deref(), self.jwks.as_ref(), secret, reach)?;
        Ok(Verifier::new(policy, keys))
    }
}

fn keys(
    policy: &Policy,
    uri: Option<&str>,
    set: Option<&Value>,
    secret: Option<Vec<u8>>,
    reach: Reach,
) -> Result<IssuerKeys, Error> {
    let symmetric = policy.algorithms.iter().all(|alg| alg.is_symmetric());
    match (set, uri, secret) {
        (None, None, Some(secret)) => {
            let key = Key::symmetric(Secret::new(secret), None);
            // A short secret would only show as "no key fits" on the first token.
            let usable = policy.algorithms.iter().all(|alg| key.permits(*alg));
            if usable { Ok(IssuerKeys::fixed([key].into_iter().collect())) } else { Err(invalid("secret")) }
        }
        (Some(set), None, None) => {
            KeySet::from_value(set).map(IssuerKeys::fixed).map_err(|_| invalid("jwks"))
        }
        (None, Some(uri), None) if !symmetric => {
            let address = Address::parse(uri, reach).map_err(|_| invalid("jwksUri"))?;
            Ok(IssuerKeys::fetched(Source::Jwks(address)))
        }
        (None, None, None) if !symmetric => {
            let issuer = Issuer::parse(&policy.issuer, reach).map_err(|_| invalid("issuer"))?;
            Ok(IssuerKeys::fetched(Source::Discovery(issuer)))
        }
        (None, None, None) => Err(invalid("secret")),
        _ => Err(invalid("jwks")),
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
