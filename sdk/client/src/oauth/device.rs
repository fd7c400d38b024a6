//! Signs in on a device without a browser: the user approves it on another one.
//!
//! Source: [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use edgeward_core::{
    Code, Error,
    json::{Members, Value, Writer, object},
    oauth::{
        device::{self, Authorization, Event, Polling, Step},
        discovery::Metadata,
        token::Tokens,
    },
    session::{Millis, Now},
    time::UnixMillis,
};

use super::{catalogue, dress};
use crate::{
    effect::{self, SERVER},
    grant, id_token,
    run::{Flow, Known, Outcome, Run, settled},
    runtime::Id,
    tokens, written,
};

/// How many devices wait at a time; the one that was begun first makes room.
const MAX: usize = 8;

/// The sign-ins that nobody waits for yet.
#[derive(Default)]
pub(crate) struct Devices(RefCell<Vec<(Id, Rc<Device>)>>);

/// A sign-in on a device.
pub(crate) struct Device {
    authorization: Authorization,
    scope: String,
    begun: Now,
    /// What the sign-in belongs to: a later sign-out beats it.
    began: u64,
    polling: RefCell<Polling>,
    /// What is to be done next.
    step: RefCell<Step>,
    /// When the question was asked that was answered last.
    asked: Cell<Now>,
}

/// Asks for a code, and gives what the user is to be told: `device`, `userCode`, `verificationUri`,
/// `verificationUriComplete`, `expiresAt`.
///
/// # Errors
/// Those of discovery, of the client's authentication and of the endpoint.
pub(crate) fn begin(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let client = run.client;
    let settings = &client.settings;
    let scope = args.text("scope")?.unwrap_or_else(|| settings.scope.clone());
    let began = client.session.start(run)?;
    let metadata = client.provider.metadata(run)?;
    let request = device::request(metadata, &settings.client_id, Some(&scope), &settings.resources)?;
    let request = dress(run, request)?;
    let asked = run.now();
    let authorization = device::response(metadata, &effect::fetch(run, &request, SERVER)?)?;
    let expires = Millis::from(authorization.expires_in);
    let id = client.runtime.name();
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
    let (polling, step) = Polling::new(&authorization, settings.binding);
    let (polling, step) = (RefCell::new(polling), RefCell::new(step));
    let asked_last = Cell::new(asked);
    devices.push((
        id,
        Rc::new(Device { authorization, scope, begun: asked, began, polling, step, asked: asked_last }),
    ));
    Ok(told)
}

/// Waits until the user has decided, and gives the `Session`. It is waited for once.
///
/// # Errors
/// `invalid_parameters` at `device`: nobody began it, or somebody waits already. `access_denied`,
/// `device_expired`; those of the token endpoint and of the ID token; `session_changed`: a sign-out
/// came in between.
pub(crate) fn wait(run: &Run<'_>, args: &Members) -> Outcome {
    let id = args.number("device")?.unwrap_or_default();
    let device = take(run, id)?;
    let metadata = run.client.provider.metadata(run)?;
    let tokens = poll(run, metadata, device)?;
    let granted = catalogue::alone(tokens.clone());
    let expected = id_token::Asked { scope: &device.scope, nonce: None, max_age: None };
    let verified = settled(id_token::claims(run, metadata, &tokens, expected))?;
    let claims = match settled(super::known_claims(run, &granted, "", verified))? {
        Ok(claims) => claims,
        Err(failure) => {
            tokens::give_back(run, tokens.refresh_token, tokens.access_token)?;
            return Err(failure.into());
        }
    };
    let grant = grant::of_sign_in(run, tokens, claims, &device.scope, device.asked.get().wall);
    let session = written::session(&grant);
    run.client.session.sign_in(run, grant, device.began)?;
    Ok(session)
}

fn take<'a>(run: &Run<'a>, id: Id) -> Flow<&'a Device> {
    let device = run.once(|| {
        let mut devices = run.client.memory.devices.0.borrow_mut();
        let at = devices.iter().position(|(own, _)| *own == id);
        let at = at.ok_or(Error::at(Code::InvalidParameters, "device"))?;
        Ok(Known::Device(devices.remove(at).1))
    });
    match device? {
        Known::Device(device) => Ok(device),
        _ => Err(Code::InternalError.into()),
    }
}

/// Asks until the user has decided, and gives the tokens.
fn poll(run: &Run<'_>, metadata: &Metadata, device: &Device) -> Flow<Tokens> {
    let mark = run.mark();
    let passed = || {
        let passed = run.now().monotonic - device.begun.monotonic;
        std::time::Duration::from_millis(u64::try_from(passed.0).unwrap_or_default())
    };
    let next = match &*device.step.borrow() {
        Step::Finished(result) => return Ok(result.clone()?),
        Step::Wait(span) => {
            let millis = u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
            // Somebody is waited for, so the process must not end meanwhile.
            let mut members = Writer::object();
            members.number("millis", millis.into()).flag("hold", true);
            run.order("sleep", members)?;
            device.polling.borrow_mut().handle(Event::Woke, passed())
        }
        Step::Ask => {
            let client_id = &run.client.settings.client_id;
            let request = device::token_request(metadata, client_id, &device.authorization)?;
            let asked = run.now();
            let answer = settled(super::send(run, request, None))?;
            device.asked.set(asked);
            let mut polling = device.polling.borrow_mut();
            match &answer {
                Ok((response, _)) => polling.handle(Event::Answered(response), passed()),
                Err(failure) => polling.handle(Event::Failed(failure.error), passed()),
            }
        }
    };
    // However long the user takes, no more is kept than for one question.
    device.step.replace(next);
    Err(run.back_to(mark))
}
