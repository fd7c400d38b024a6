//! Reads the options of the methods.

use edgeward_core::{
    Code, Error,
    json::{Members, Value},
    oauth::authorize::Wishes,
    session::{Millis, Target},
    time::Seconds,
};

use crate::session::Want;

/// A sign-in's options, read.
#[derive(Default)]
pub(crate) struct SignIn {
    pub wishes: Wishes,
    pub app_state: Option<Value>,
}

impl SignIn {
    pub(crate) fn read(options: &Members) -> Result<Self, Error> {
        let max_age = options.number("maxAgeSeconds")?.map(Seconds);
        let invalid = Error::at(Code::InvalidParameters, "extraParameters");
        let extra = match options.member("extraParameters") {
            None => Vec::new(),
            Some(Value::Object(extra)) => {
                let mut pairs = Vec::new();
                for (name, value) in extra {
                    let Value::String(value) = value else { return Err(invalid) };
                    pairs.push((name, value));
                }
                pairs
            }
            Some(_) => return Err(invalid),
        };
        let wishes = Wishes {
            prompt: options.text("prompt")?,
            login_hint: options.text("loginHint")?,
            max_age,
            extra,
        };
        Ok(Self { wishes, app_state: options.member("appState") })
    }
}

/// What access token is wanted.
pub(crate) fn want(options: &Members) -> Result<Want, Error> {
    let min_validity = options.number("minValiditySeconds")?.map_or(Millis(0), |span| Seconds(span).into());
    let target =
        Target { resource: options.text("resource")?, scope: options.text("scope")?.unwrap_or_default() };
    Ok(Want { target, force: options.flag("forceRefresh")?.unwrap_or_default(), min_validity })
}

/// Whether a sign-out goes on to the issuer.
pub(crate) fn end_session(options: &Members) -> Result<bool, Error> {
    Ok(options.flag("endSession")?.unwrap_or(true))
}
