//! The methods by name.

use edgeward_core::{Code, Error, json::Members};

use crate::{
    callback,
    options::{self, SignIn},
    request,
    run::{Outcome, Run},
    sign_in, sign_out, written,
};

/// The flow of a call with its arguments.
pub(crate) type Method = fn(&Run<'_>, &Members) -> Outcome;

/// The method of a name. One that is none fails with `invalid_parameters` at `method`.
pub(crate) fn named(name: &str) -> Method {
    let found = METHODS.into_iter().find(|(own, _)| *own == name).map(|(_, method)| method);
    #[cfg(feature = "oauth")]
    let found = found.or_else(|| crate::oauth::named(name));
    found.unwrap_or(|_, _| Err(Error::at(Code::InvalidParameters, "method").into()))
}

const METHODS: [(&str, Method); 8] = [
    ("start", |run, _| {
        run.client.session.start(run)?;
        Ok(run.client.session.state())
    }),
    ("signIn", |run, args| sign_in::redirect(run, SignIn::read(args)?)),
    ("signInPopup", |run, args| sign_in::popup(run, SignIn::read(args)?)),
    ("handleCallback", |run, args| callback::handle(run, args.text("url")?.as_deref())),
    ("getSession", |run, _| {
        run.client.session.start(run)?;
        Ok(run.client.session.granted(run)?.map_or_else(written::null, written::session))
    }),
    ("getAccessToken", |run, args| {
        let handed = run.client.session.access(run, options::want(args)?)?;
        Ok(written::access_token(handed))
    }),
    ("authorize", request::authorize),
    ("signOut", |run, args| sign_out::run(run, options::end_session(args)?)),
];
