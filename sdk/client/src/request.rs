//! What the application's own requests carry.

use edgeward_core::{
    Code,
    json::{Members, Writer},
    text,
};

use crate::{
    run::{Outcome, Run},
    session::Want,
    written,
};

/// The headers for a request with `method` to `url`, of the `origin` as the browser writes it. With
/// `refused`, the `authorization` that the API has just refused with `answer`, they are others; null
/// if there are none.
///
/// # Errors
/// `origin_not_allowed`: it is not among `apiOrigins`; then those of [`Session::access`].
///
/// [`Session::access`]: crate::session::Session::access
pub(crate) fn authorize(run: &Run<'_>, args: &Members) -> Outcome {
    let client = run.client;
    if !client.settings.api_origins.contains(&args.required("origin")?) {
        return Err(Code::OriginNotAllowed.into());
    }
    let refused = args.text("refused")?;
    #[cfg(feature = "oauth")]
    let proof_was_refused = crate::oauth::proof_was_refused(run, args)?;
    #[cfg(not(feature = "oauth"))]
    let proof_was_refused = false;
    let force = refused.is_some() && !proof_was_refused;
    let handed = client.session.access(run, Want { force, ..Want::default() })?;
    let header = text::concat(&[handed.access.token_type.as_str(), " ", &handed.access.token]);
    // The same again would be refused again.
    if force && refused.as_ref() == Some(&header) {
        return Ok(written::null());
    }
    let mut authorization = Writer::list();
    authorization.item_text("authorization").item_text(&header);
    let mut headers = Writer::list();
    headers.item(&authorization.finish());
    #[cfg(feature = "oauth")]
    for proof in crate::oauth::proof_header(run, args, &handed.access)? {
        headers.item(&proof.to_text());
    }
    let mut result = Writer::object();
    result.raw("headers", &headers.finish());
    Ok(result.finish())
}
