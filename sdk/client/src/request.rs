//! What the application's own requests carry.

use std::rc::Rc;

use edgeward_core::{
    Code,
    json::{Members, Value, object},
    session::{Millis, Target},
};

use crate::{client::Client, runtime::Answer, session::Want};

/// The headers for a request to `origin`, as the browser writes origins. With `refused`, the access
/// token that the API has just refused, it is another one; null if there is none.
///
/// # Errors
/// `origin_not_allowed`: it is not among `apiOrigins`; then those of [`Session::access`].
///
/// [`Session::access`]: crate::session::Session::access
pub(crate) async fn authorize(client: &Rc<Client>, args: &Members) -> Answer {
    let origin = args.required("origin")?;
    if !client.settings.api_origins.contains(&origin) {
        return Err(Code::OriginNotAllowed.into());
    }
    let refused = args.text("refused")?;
    let want = Want { target: Target::default(), force: refused.is_some(), min_validity: Millis(0) };
    let handed = client.session.access(client, want).await?;
    let header = [handed.access.token_type.as_str(), " ", &handed.access.token].concat();
    // The same again would be refused again.
    if refused.is_some_and(|refused| refused == header) {
        return Ok(Value::Null);
    }
    Ok(object(vec![("headers", Value::Array(vec![vec!["authorization", &header].into()]))]))
}
