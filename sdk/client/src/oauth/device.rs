//! Signs in on a device without a browser: the user approves it on another one.
//!
//! Source: [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    json::{Members, Writer, object},
    oauth::{
        Failure,
        device::{self, Authorization, Event, Polling, Step},
        discovery::Metadata,
        token::Tokens,
    },
    session::{Millis, Now},
    time::UnixMillis,
};

use super::{catalogue, dress};
use crate::{
    client::Client,
    effect::{self, SERVER},
    grant, id_token,
    runtime::{Answer, Id, Outcome},
    tokens, written,
};

/// How many devices wait at a time; the one that was begun first makes room.
const MAX: usize = 8;

/// The sign-ins that nobody waits for yet.
#[derive(Default)]
pub(crate) struct Devices(RefCell<Vec<(Id, Device)>>);

struct Device {
    authorization: Authorization,
    scope: String,
    asked: Now,
    /// What the sign-in belongs to: a later sign-out beats it.
    began: u64,
}

/// Asks for a code, and gives what the user is to be told: `device`, `userCode`, `verificationUri`,
/// `verificationUriComplete`, `expiresAt`.
///
/// # Errors
/// Those of discovery, of the client's authentication and of the endpoint.
pub(crate) async fn begin(client: &Rc<Client>, args: &Members) -> Answer {
    let (runtime, settings) = (&client.runtime, &client.settings);
    let scope = args.text("scope")?.unwrap_or_else(|| settings.scope.clone());
    let began = client.session.began(client).await;
    let metadata = client.provider.metadata(runtime).await?;
    let request = device::request(&metadata, &settings.client_id, Some(&scope), &settings.resources)?;
    let request = dress(client, request).await?;
    let asked = runtime.now();
    let authorization = device::response(&metadata, &effect::fetch(runtime, &request, SERVER).await?)?;
    let expires = Millis::from(authorization.expires_in);
    let id = runtime.name();
    let told = object(vec![
        ("device", id.into()),
        ("userCode", authorization.user_code.as_str().into()),
        ("verificationUri", authorization.verification_uri.as_str().into()),
        (
            "verificationUriComplete",
            authorization.verification_uri_complete.as_ref().map(|uri| uri.as_str()).into(),
        ),
        ("expiresAt", UnixMillis(asked.wall.0.saturating_add(expires.0)).0.into()),
    ]);
    let mut devices = client.memory.devices.0.borrow_mut();
    if devices.len() >= MAX {
        devices.remove(0);
    }
    devices.push((id, Device { authorization, scope, asked, began }));
    Ok(told)
}

/// Waits until the user has decided, and gives the `Session`. It is waited for once.
///
/// # Errors
/// `invalid_parameters` at `device`: nobody began it, or somebody waits already. `access_denied`,
/// `device_expired`; those of the token endpoint and of the ID token; `session_changed`: a sign-out
/// came in between.
pub(crate) async fn wait(client: &Rc<Client>, args: &Members) -> Outcome {
    let id = args.number("device")?.unwrap_or_default();
    let device = take(client, id).ok_or(Error::at(Code::InvalidParameters, "device"))?;
    let metadata = client.provider.metadata(&client.runtime).await?;
    let (tokens, asked) = poll(client, &metadata, &device).await?;
    let granted = catalogue::alone(tokens.clone());
    let expected = id_token::Asked { scope: &device.scope, nonce: None, max_age: None };
    let verified = id_token::claims(client, &metadata, &tokens, expected).await;
    let claims = match super::known_claims(client, &granted, "", verified).await {
        Ok(claims) => claims,
        Err(failure) => {
            tokens::revoke_later(client, tokens.refresh_token, tokens.access_token);
            return Err(failure);
        }
    };
    let grant = grant::of_sign_in(client, tokens, claims, device.scope, asked.wall);
    let session = written::session(&grant);
    client.session.sign_in(client, grant, device.began).await?;
    Ok(session)
}

fn take(client: &Rc<Client>, id: Id) -> Option<Device> {
    let mut devices = client.memory.devices.0.borrow_mut();
    let at = devices.iter().position(|(own, _)| *own == id)?;
    Some(devices.remove(at).1)
}

/// The tokens, and when the question was asked that brought them.
async fn poll(client: &Rc<Client>, metadata: &Metadata, device: &Device) -> Result<(Tokens, Now), Failure> {
    let runtime = &client.runtime;
    let passed = || {
        let passed = runtime.now().monotonic - device.asked.monotonic;
        std::time::Duration::from_millis(u64::try_from(passed.0).unwrap_or_default())
    };
    let (mut polling, mut step) = Polling::new(&device.authorization, client.settings.binding);
    let mut asked = device.asked;
    loop {
        step = match step {
            Step::Finished(result) => return result.map(|tokens| (tokens, asked)),
            Step::Wait(span) => {
                let millis = u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
                // Somebody is waited for, so the process must not end meanwhile.
                let mut members = Writer::object();
                members.number("millis", millis.into()).flag("hold", true);
                runtime.order("sleep", members).await?;
                polling.handle(Event::Woke, passed())
            }
            Step::Ask => {
                let request =
                    device::token_request(metadata, &client.settings.client_id, &device.authorization)?;
                asked = runtime.now();
                match super::send(client, request, None).await {
                    Ok((response, _)) => polling.handle(Event::Answered(&response), passed()),
                    Err(failure) => polling.handle(Event::Failed(failure.error), passed()),
                }
            }
        };
    }
}
