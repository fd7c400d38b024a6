//! An issuer whose tokens are accepted.

use edgeward_core::{
    Code, Error, base64url,
    gateway::{claim::ClaimPath, identity::Mapping, keys::Pins},
    http::{Address, Reach},
    jose::{Algorithm, KeySet},
    jwt::{Policy, Profile, Rules, TokenType},
    oauth::discovery,
    secret::Secret,
    time::Seconds,
};
use edgeward_host::{
    guard::Issuer,
    keys::{IssuerKeys, Source},
    members::Members,
    verifier::Verifier,
};

use super::{claims, decryption, invalid};

/// The names of its options.
pub const NAMES: [&str; 24] = [
    "acrClaim",
    "algorithms",
    "audience",
    "authorizedParties",
    "claims",
    "clockToleranceSeconds",
    "decryption",
    "issuer",
    "issuerTrailingSlash",
    "jwks",
    "jwksUri",
    "maxTokenAgeSeconds",
    "maxTokenLifetimeSeconds",
    "permissionsClaim",
    "pinnedKeys",
    "profile",
    "requireExpiration",
    "requiredClaims",
    "rolesClaim",
    "secrets",
    "sessionClaim",
    "subjectClaim",
    "subjectSeparator",
    "type",
];

/// Reads an issuer.
///
/// # Errors
/// `config_invalid`, at the option.
pub fn read(options: &Members, reach: Reach) -> Result<Issuer, Error> {
    let policy = policy(options)?;
    let keys = keys(&policy, options, reach)?;
    Ok(Issuer {
        verifier: Verifier::new(policy, keys).with_decryption(decryption::read(options)?),
        mapping: mapping(options)?,
        claims: claims::rules(options, Code::ConfigInvalid)?,
    })
}

fn policy(options: &Members) -> Result<Policy, Error> {
    let issuer = options.required("issuer")?;
    let (audience, parties) = (options.texts("audience")?, options.texts("authorizedParties")?);
    let algorithms = options.texts("algorithms")?.unwrap_or_default();
    let algorithms = algorithms.iter().map(|name| name.parse()).collect::<Result<Vec<Algorithm>, _>>();
    let algorithms = algorithms.map_err(|_| invalid("algorithms"))?;
    let rules = Rules { authorized_parties: parties.clone(), ..rules(options)? };
    // Who the token is for is said by its audience, or else by its authorized party.
    let policy = match (audience, parties) {
        (None, Some(parties)) => Policy::for_parties(issuer, parties, algorithms),
        (audience, _) => Policy::new(issuer, audience.unwrap_or_default(), algorithms),
    };
    policy.and_then(|policy| policy.with_rules(rules)).map_err(|error| invalid(option(error.at)))
}

fn rules(options: &Members) -> Result<Rules, Error> {
    Ok(Rules {
        token_type: match options.text("type")? {
            None => TokenType::default(),
            Some(name) => TokenType::named(&name).ok_or_else(|| invalid("type"))?,
        },
        clock_tolerance: options.number("clockToleranceSeconds")?.map(Seconds),
        max_token_age: options.number("maxTokenAgeSeconds")?.map(Seconds),
        max_token_lifetime: options.number("maxTokenLifetimeSeconds")?.map(Seconds),
        require_expiration: options.flag("requireExpiration")?,
        authorized_parties: None,
        required_claims: options.texts("requiredClaims")?.unwrap_or_default(),
        profile: match options.text("profile")? {
            None => Profile::default(),
            Some(name) => Profile::named(&name).ok_or_else(|| invalid("profile"))?,
        },
        issuer_trailing_slash: options.flag("issuerTrailingSlash")?,
    })
}

/// The option that a gateway's configuration calls so.
fn option(at: &'static str) -> &'static str {
    match at {
        "authorized_parties" => "authorizedParties",
        "clock_tolerance_seconds" => "clockToleranceSeconds",
        "required_claims" => "requiredClaims",
        same => same,
    }
}

fn mapping(options: &Members) -> Result<Mapping, Error> {
    let place = |name: &'static str, standard: ClaimPath| match options.text(name)? {
        None => Ok(standard),
        Some(text) => ClaimPath::parse(&text).map_err(|_| invalid(name)),
    };
    let standard = Mapping::default();
    let separator = options.text("subjectSeparator")?.map(|text| text.parse());
    Ok(Mapping {
        subject: place("subjectClaim", standard.subject)?,
        subject_separator: separator.transpose().map_err(|_| invalid("subjectSeparator"))?,
        session_id: place("sessionClaim", standard.session_id)?,
        roles: place("rolesClaim", standard.roles)?,
        permissions: place("permissionsClaim", standard.permissions)?,
        acr: place("acrClaim", standard.acr)?,
    })
}

fn keys(policy: &Policy, options: &Members, reach: Reach) -> Result<IssuerKeys, Error> {
    let symmetric = policy.algorithms.iter().all(|alg| alg.is_symmetric());
    let pins = options.texts("pinnedKeys")?;
    match (options.member("jwks"), options.text("jwksUri")?, options.texts("secrets")?) {
        (None, None, Some(secrets)) if symmetric && pins.is_none() => secret_keys(policy, &secrets),
        (Some(set), None, None) if pins.is_none() => {
            KeySet::from_value(&set).map(IssuerKeys::fixed).map_err(|_| invalid("jwks"))
        }
        (None, Some(uri), None) if !symmetric => {
            let address = Address::parse(&uri, reach).map_err(|_| invalid("jwksUri"))?;
            fetched(Source::Jwks(address), pins)
        }
        (None, None, None) if !symmetric => {
            let issuer = discovery::Issuer::parse(&policy.issuer, reach).map_err(|_| invalid("issuer"))?;
            fetched(Source::Discovery(issuer), pins)
        }
        (_, None, _) if pins.is_some() => Err(invalid("pinnedKeys")),
        (_, None, _) => Err(invalid("secret")),
        _ => Err(invalid("jwksUri")),
    }
}

fn fetched(source: Source, pins: Option<Vec<String>>) -> Result<IssuerKeys, Error> {
    let pins = pins.map_or(Ok(Pins::default()), Pins::new).map_err(|_| invalid("pinnedKeys"))?;
    Ok(IssuerKeys::fetched_with(source, pins, None))
}

fn secret_keys(policy: &Policy, secrets: &[String]) -> Result<IssuerKeys, Error> {
    let bytes = secrets.iter().map(|text| base64url::decode(text).map(Secret::new));
    let secrets = bytes.collect::<Result<_, _>>().map_err(|_| invalid("secret"))?;
    IssuerKeys::secrets(secrets, &policy.algorithms)
}
