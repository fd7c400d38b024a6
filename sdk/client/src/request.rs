//! What the application's own requests carry.

use std::rc::Rc;

use edgeward_core::{
    Code,
    json::{Members, Value, object},
};

use crate::{client::Client, runtime::Answer, session::Want};

/// The headers for a request with `method` to `url`, of the `origin` as the browser writes it. With
/// `refused`, the `authorization` that the API has just refused with `answer`, they are others; null
/// if there are none.
///
/// # Errors
/// `origin_not_allowed`: it is not among `apiOrigins`; then those of [`Session::access`].
///
/// [`Session::access`]: crate::session::Session::access
pub(crate) async fn authorize(client: &Rc<Client>, args: &Members) -> Answer {
    if !client.settings.api_origins.contains(&args.required("origin")?) {
        return Err(Code::OriginNotAllowed.into());
    }
    let refused = args.text("refused")?;
    #[cfg(feature = "oauth")]
    let proof_was_refused = crate::oauth::proof_was_refused(client, args)?;
    #[cfg(not(feature = "oauth"))]
    let proof_was_refused = false;
    let force = refused.is_some() && !proof_was_refused;
    let handed = client.session.access(client, Want { force, ..Want::default() }).await?;
    let header = [handed.access.token_type.as_str(), " ", &handed.access.token].concat();
    // The same again would be refused again.
    if force && refused.as_ref() == Some(&header) {
        return Ok(Value::Null);
    }
    let headers = vec![vec!["authorization", &header].into()];
    #[cfg(feature = "oauth")]
    let headers = [headers, crate::oauth::proof_header(client, args, &handed.access).await?].concat();
    Ok(object(vec![("headers", Value::Array(headers))]))
}
