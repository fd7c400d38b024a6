//! The options of `createVerifier`, read.

pub mod claims;
mod credentials;
mod decryption;
mod issuer;
mod resource;

use edgeward_core::{
    Code, Error,
    gateway::resource::Resource,
    http::{Address, Reach},
    json::Value,
};
use edgeward_host::{
    guard::{Guard, Issuer},
    kernels::Arithmetic,
    members::{self, Members},
};
use wasm_bindgen::prelude::*;

/// The options, read.
pub struct Options {
    /// Admits requests.
    pub guard: Guard,
    /// The realm in challenges.
    pub realm: String,
    /// What this API says about itself.
    pub resource: Option<Resource>,
    /// The browsers' origins that may read denials.
    pub allowed_origins: Vec<String>,
    /// The origin under which clients call this server.
    pub public_origin: Option<String>,
}

const NAMES: [&str; 14] = [
    "allowedOrigins",
    "cookie",
    "development",
    "dpop",
    "header",
    "issuers",
    "kernels",
    "paranoid",
    "publicOrigin",
    "queryParameter",
    "realm",
    "resource",
    "scopesSupported",
    "webSocket",
];

impl Options {
    /// Reads `VerifierOptions`, in which JavaScript has written each secret as base64url text.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub fn read(options: &JsValue) -> Result<Self, Error> {
        let options = members::read(options, Code::ConfigInvalid)?;
        let development = options.flag("development")?.unwrap_or(false);
        let reach = if development { Reach::Development } else { Reach::Public };
        let allowed_origins = origins(&options, "allowedOrigins", reach)?;
        let arithmetic = arithmetic(&options)?;
        let issuers = issuers(&options, reach)?.into_iter().map(|issuer| issuer.with_arithmetic(arithmetic));
        let guard = Guard::new(issuers.collect(), credentials::sources(&options)?)
            .with_allowed_origins(allowed_origins.clone());
        Ok(Self {
            guard: match credentials::proofs(&options)? {
                Some(dpop) => guard.with_dpop(dpop),
                None => guard,
            },
            realm: realm(&options)?,
            resource: resource::read(&options, reach)?,
            allowed_origins,
            public_origin: public_origin(&options, reach)?,
        })
    }
}

/// How signatures are verified: `kernels: false` and `paranoid: true` are what differs from the way
/// that is taken by default.
fn arithmetic(options: &Members) -> Result<Arithmetic, Error> {
    let kernels = options.flag("kernels")?.unwrap_or(true);
    let paranoid = options.flag("paranoid")?.unwrap_or(false);
    match (kernels, paranoid) {
        (false, true) => Err(invalid("paranoid")),
        (false, false) => Ok(Arithmetic::General),
        (true, false) => Ok(Arithmetic::Kernels),
        (true, true) => Ok(Arithmetic::Both),
    }
}

/// The issuers: the one whose options stand beside the verifier's, or those of `issuers`.
fn issuers(options: &Members, reach: Reach) -> Result<Vec<Issuer>, Error> {
    let Some(several) = options.member("issuers") else {
        options.only(&[NAMES.as_slice(), &issuer::NAMES].concat())?;
        return issuer::read(options, reach).map(|issuer| vec![issuer]);
    };
    options.only(&NAMES)?;
    let Value::Array(items) = several else { return Err(invalid("issuers")) };
    let issuers = items.into_iter().map(|item| one_of(item, reach)).collect::<Result<Vec<_>, _>>()?;
    let named = |issuer: &Issuer| issuer.verifier.policy().issuer.clone();
    let repeated =
        |at: usize| issuers.iter().skip(at + 1).any(|other| issuers.get(at).map(named) == Some(named(other)));
    if issuers.is_empty() || (0..issuers.len()).any(repeated) {
        return Err(invalid("issuers"));
    }
    Ok(issuers)
}

fn one_of(item: Value, reach: Reach) -> Result<Issuer, Error> {
    let Value::Object(members) = item else { return Err(invalid("issuers")) };
    let members = Members::of(members, Code::ConfigInvalid);
    members.only(&issuer::NAMES)?;
    issuer::read(&members, reach)
}

fn realm(options: &Members) -> Result<String, Error> {
    let realm = options.text("realm")?.unwrap_or_else(|| "edgeward".into());
    // It is quoted in a header.
    let quotable = realm.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
    if quotable { Ok(realm) } else { Err(invalid("realm")) }
}

fn public_origin(options: &Members, reach: Reach) -> Result<Option<String>, Error> {
    let mut origins = origins(options, "publicOrigin", reach)?;
    let origin = origins.pop();
    if origins.is_empty() { Ok(origin) } else { Err(invalid("publicOrigin")) }
}

/// Origins: scheme, host and port, and nothing behind.
fn origins(options: &Members, at: &'static str, reach: Reach) -> Result<Vec<String>, Error> {
    let origins = options.texts(at)?.unwrap_or_default();
    let is_origin =
        |text: &String| Address::parse(text, reach).is_ok_and(|address| address.path_and_query().is_empty());
    if origins.iter().all(is_origin) { Ok(origins) } else { Err(invalid(at)) }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
