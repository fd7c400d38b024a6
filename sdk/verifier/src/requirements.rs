//! What a request must bring, read from `Requirements`.

use edgeward_core::{
    Code, Error,
    gateway::{
        Requirements,
        credential::Kind,
        policy::{CredentialRule, Wanted},
    },
    time::Seconds,
};
use edgeward_host::{guard::Guard, members::Members};

use crate::options::claims;

const NAMES: [&str; 13] = [
    "acr",
    "amr",
    "anyPermission",
    "anyRole",
    "anyScope",
    "claims",
    "credential",
    "credentials",
    "issuers",
    "maxAuthenticationAgeSeconds",
    "permissions",
    "roles",
    "scopes",
];

/// Reads requirements from JSON text, and checks that the guard can meet them.
///
/// # Errors
/// `config_invalid`, at the requirement: what a route asks for is configuration, not the caller's.
pub fn read(text: &str, guard: &Guard) -> Result<Requirements, Error> {
    let requirements = parse(text)?;
    let issuers: Vec<String> =
        guard.issuers().iter().map(|issuer| issuer.verifier.policy().issuer.clone()).collect();
    // The configuration of a gateway names the place `routes.scopes`, a call `scopes`.
    let named = |error: Error| Error::at(error.code, error.at.rsplit('.').next().unwrap_or_default());
    requirements.check(&issuers, guard.sources()).map_err(named)?;
    Ok(requirements)
}

fn parse(text: &str) -> Result<Requirements, Error> {
    let members = Members::parse(text, Code::ConfigInvalid)?;
    members.only(&NAMES)?;
    let list = |name: &'static str| members.texts(name).map(Option::unwrap_or_default);
    Ok(Requirements {
        credential: rule(&members)?,
        kinds: kinds(&list("credentials")?)?,
        issuers: list("issuers")?,
        scopes: Wanted { all: list("scopes")?, any: list("anyScope")? },
        permissions: Wanted { all: list("permissions")?, any: list("anyPermission")? },
        roles: Wanted { all: list("roles")?, any: list("anyRole")? },
        claims: claims::rules(&members, Code::ConfigInvalid)?,
        max_authentication_age: members.number("maxAuthenticationAgeSeconds")?.map(Seconds),
        acr: list("acr")?,
        amr: list("amr")?,
        ..Requirements::default()
    })
}

fn rule(members: &Members) -> Result<CredentialRule, Error> {
    match members.text("credential")?.as_deref() {
        None | Some("required") => Ok(CredentialRule::Required),
        Some("optional") => Ok(CredentialRule::Optional),
        Some("forbidden") => Ok(CredentialRule::Forbidden),
        Some(_) => Err(Error::at(Code::ConfigInvalid, "credential")),
    }
}

fn kinds(names: &[String]) -> Result<Vec<Kind>, Error> {
    let kinds = names.iter().map(|name| Kind::named(name)).collect::<Option<_>>();
    kinds.ok_or(Error::at(Code::ConfigInvalid, "credentials"))
}
