//! The methods by name.

use std::{future::Future, pin::Pin, rc::Rc};

use edgeward_core::json::Members;
#[cfg(not(feature = "oauth"))]
use edgeward_core::{Code, Error};

use crate::{
    callback,
    client::Client,
    options::{self, SignIn},
    request,
    runtime::Outcome,
    sign_in, sign_out, written,
};

type Flow = Pin<Box<dyn Future<Output = Outcome>>>;

/// The flow of a method. A name that is none is `invalid_parameters` at `method`.
pub(crate) fn run(client: &Rc<Client>, method: &str, args: Members) -> Flow {
    let client = Rc::clone(client);
    match method {
        "start" => Box::pin(async move { Ok(client.session.start(&client).await) }),
        "signIn" => Box::pin(async move {
            sign_in::redirect(&client, SignIn::read(&args)?).await?;
            Ok(written::null())
        }),
        "signInPopup" => Box::pin(async move { sign_in::popup(&client, SignIn::read(&args)?).await }),
        "handleCallback" => Box::pin(async move { callback::handle(&client, args.text("url")?).await }),
        "getSession" => Box::pin(async move {
            client.session.start(&client).await;
            Ok(client.session.grant().map_or_else(written::null, |grant| written::session(&grant)))
        }),
        "getAccessToken" => Box::pin(async move {
            let handed = client.session.access(&client, options::want(&args)?).await?;
            Ok(written::access_token(&handed))
        }),
        "authorize" => Box::pin(async move { request::authorize(&client, &args).await }),
        "signOut" => Box::pin(async move {
            sign_out::run(&client, options::end_session(&args)?).await?;
            Ok(written::null())
        }),
        #[cfg(feature = "oauth")]
        _ => crate::oauth::run(client, method, args),
        #[cfg(not(feature = "oauth"))]
        _ => Box::pin(async { Err(Error::at(Code::InvalidParameters, "method").into()) }),
    }
}
