//! Carries out what the session's machine orders, and tells it what came of it.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

#[cfg(feature = "oauth")]
use edgeward_core::json::Map;
use edgeward_core::{
    Code, Error,
    json::{Value, Writer},
    oauth::{Failure, form, scope},
    session::{
        Action, Answer, Background, Event, Grant, Handed, Input, Late, Machine, Millis, Notice, Options,
        Reason, State, Step, Target, Ticket,
    },
    text,
};

use crate::{
    client::Client,
    effect::{self, Area},
    refresh,
    run::{self, Flow, Known, Run, settled},
    runtime::Id,
    tokens, written,
};

/// The session of this tab or process.
pub(crate) struct Session {
    machine: RefCell<Machine>,
    /// The key of the record, which names the lock as well.
    key: String,
    begun: Cell<bool>,
    /// Who waits for the first reading.
    starting: RefCell<Vec<Id>>,
    /// The effects that the machine waits for.
    steps: RefCell<Vec<(Id, Waited)>>,
    /// The timer, of which there is one.
    timer: Cell<Option<Id>>,
}

/// What an effect's answer is to the machine.
#[derive(Clone, Copy)]
enum Waited {
    Read(Step),
    Locked(Step),
    Swapped(Step),
    Woken(Step),
}

/// What a caller wants of an access token.
#[derive(Default)]
pub(crate) struct Want {
    pub target: Target,
    pub force: bool,
    pub min_validity: Millis,
}

impl Session {
    /// A session that was not read yet. `name` is the client's own among those of the site.
    pub(crate) fn new(name: &str, background: Background) -> Self {
        Self {
            machine: RefCell::new(Machine::new(Options { background, ..Options::default() })),
            key: text::concat(&[name, ":session"]),
            begun: Cell::new(false),
            starting: RefCell::default(),
            steps: RefCell::default(),
            timer: Cell::new(None),
        }
    }

    /// Reads the session for the first time, if nobody has, and gives what a sign-in that begins now
    /// belongs to: a later sign-out beats it.
    pub(crate) fn start(&self, run: &Run<'_>) -> Flow<u64> {
        let generation = run.ask(|id| {
            self.starting.borrow_mut().push(id);
            if self.begun.replace(true) {
                self.tell_started(run.client);
            } else {
                self.feed(run.client, Input::Begun);
            }
        });
        // Storage degrades rather than fails, and the machine bounds its own waits.
        Ok(generation?.json()?.as_u64().unwrap_or_default())
    }

    /// The `AuthState`, as it is now.
    pub(crate) fn state(&self) -> String {
        written::state(&self.machine.borrow())
    }

    /// The session, if there is one now.
    pub(crate) fn grant(&self) -> Option<Arc<Grant>> {
        self.machine.borrow().grant().cloned()
    }

    /// The session, if there was one when the flow first asked.
    pub(crate) fn granted<'a>(&self, run: &Run<'a>) -> Flow<Option<&'a Grant>> {
        match run.once(|| Ok(Known::Grant(self.grant())))? {
            Known::Grant(grant) => Ok(grant.as_deref()),
            _ => Err(Code::InternalError.into()),
        }
    }

    /// An access token, refreshed if need be.
    ///
    /// # Errors
    /// `session_missing`, `session_expired`, `session_changed`; those of the
    /// token endpoint, while the session goes on.
    pub(crate) fn access<'a>(&self, run: &Run<'a>, want: Want) -> Flow<&'a Handed> {
        #[cfg(feature = "oauth")]
        if run.client.settings.acts_for_itself {
            return crate::oauth::access(run, want);
        }
        self.start(run)?;
        let answer = self.ask(run, |ticket| {
            #[cfg(feature = "oauth")]
            if let Some(own) = crate::oauth::own_access(run.client, &want.target) {
                return Err(own.map(Known::handed));
            }
            if self.grant().is_some_and(|grant| !scope::covers(&grant.scope, &want.target.scope)) {
                return Err(Err(Error::at(Code::InvalidScope, "scope").into()));
            }
            let Want { target, force, min_validity } = want;
            Ok(Input::Wanted { ticket, target, force, min_validity })
        });
        handed(answer?)
    }

    /// Makes a grant the session.
    ///
    /// # Errors
    /// `session_changed`: a sign-out came in between; the tokens are revoked.
    pub(crate) fn sign_in(&self, run: &Run<'_>, grant: Grant, began: u64) -> Flow<()> {
        let grant = Arc::new(grant);
        self.ask(run, |ticket| Ok(Input::SignedIn { ticket, grant, began })).map(drop)
    }

    /// Ends the session, and gives what is left of it.
    ///
    /// # Errors
    /// Those of the machine, where storage keeps changing.
    pub(crate) fn sign_out<'a>(&self, run: &Run<'a>, reason: Reason) -> Flow<Option<&'a Grant>> {
        self.start(run)?;
        match self.ask(run, |ticket| Ok(Input::SignOut { ticket, reason }))? {
            Answer::SignedOut(grant) => Ok(grant.as_deref()),
            _ => Err(Code::InternalError.into()),
        }
    }

    /// Replaces the claims of the session.
    ///
    /// # Errors
    /// `session_missing`; `session_changed`: they are somebody else's.
    #[cfg(feature = "oauth")]
    pub(crate) fn update_user(&self, run: &Run<'_>, claims: Map) -> Flow<()> {
        self.ask(run, |ticket| Ok(Input::UserUpdated { ticket, claims })).map(drop)
    }

    /// Takes an effect's answer, if the machine waits for it; else gives it back.
    pub(crate) fn answer(
        &self,
        client: &Client,
        effect: Id,
        answer: Result<Value, Failure>,
    ) -> Option<Result<Value, Failure>> {
        let mut steps = self.steps.borrow_mut();
        let Some(at) = steps.iter().position(|(id, _)| *id == effect) else { return Some(answer) };
        let (_, waited) = steps.remove(at);
        drop(steps);
        let input = match waited {
            Waited::Read(step) => Input::Read { step, stored: text(answer) },
            Waited::Locked(step) => Input::Locked { step, held: answer == Ok(Value::Bool(true)) },
            Waited::Swapped(step) => Input::Swapped { step, result: swapped(answer) },
            Waited::Woken(step) => Input::Woken(step),
        };
        self.feed(client, input);
        None
    }

    /// Something happened around the client.
    pub(crate) fn notice(&self, client: &Client, notice: Notice) {
        if self.begun.get() {
            self.feed(client, Input::Noticed(notice));
        }
    }

    /// Tells the machine that nobody waits for an answer any more.
    pub(crate) fn abandon(&self, client: &Client, id: Id) {
        if self.begun.get() {
            self.feed(client, Input::Abandoned(Ticket(id)));
        }
    }

    /// Asks the machine. An input that is none says what is answered in its place.
    fn ask<'a>(
        &self,
        run: &Run<'a>,
        input: impl FnOnce(Ticket) -> Result<Input, run::Answer>,
    ) -> Flow<&'a Answer> {
        let answer = run.ask(|id| match input(Ticket(id)) {
            Ok(input) => self.feed(run.client, input),
            Err(answer) => run.client.runtime.answer(id, answer),
        });
        answer?.session()
    }

    fn feed(&self, client: &Client, input: Input) {
        let actions = self.machine.borrow_mut().handle(input, client.runtime.now());
        for action in actions {
            self.perform(client, action);
        }
        self.tell_started(client);
    }

    fn tell_started(&self, client: &Client) {
        let machine = self.machine.borrow();
        if machine.state() != State::Loading {
            for id in self.starting.take() {
                client.runtime.answer(id, Ok(Known::Json(machine.generation().into())));
            }
        }
    }

    fn perform(&self, client: &Client, action: Action) {
        let place = || effect::place(Area::Session, &self.key);
        let name = || {
            let mut members = Writer::object();
            members.text("name", &self.key);
            members
        };
        match action {
            Action::Read { step } => {
                self.order(client, "read", place(), Waited::Read(step));
            }
            Action::Lock { step, deadline } => {
                let mut members = name();
                members.number("deadline", deadline.0);
                self.order(client, "lock", members, Waited::Locked(step));
            }
            Action::Unlock => {
                client.runtime.order("unlock", name());
            }
            Action::Swap { step, expected, next } => {
                let mut members = place();
                members.text_or_null("expected", expected.as_deref()).text("next", &next);
                self.order(client, "swap", members, Waited::Swapped(step));
            }
            Action::Wake { step, after } => {
                if let Some(earlier) = self.timer.take() {
                    self.steps.borrow_mut().retain(|(id, _)| *id != earlier);
                    client.runtime.tell(|output| output.cancel.item_number(earlier.into()));
                }
                let mut members = Writer::object();
                members.number("millis", after.0);
                self.timer.set(Some(self.order(client, "sleep", members, Waited::Woken(step))));
            }
            Action::Announce { generation } => {
                let mut members = Writer::object();
                members.text("text", &form::decimal(u32::try_from(generation).unwrap_or(u32::MAX)));
                client.runtime.order("announce", members);
            }
            Action::Refresh { step, refresh } => {
                client.runtime.spawn(move |run| {
                    let result = settled(refresh::run(run, &refresh))?.map(Box::new);
                    run.client.session.feed(run.client, Input::Replied { step, result });
                    Ok(String::new())
                });
            }
            Action::Answer { ticket, result } => {
                client.runtime.answer(ticket.0, result.map(Known::Session));
            }
            Action::Tell(event) => self.tell(client, event),
            Action::Revoke(late) => {
                let Late { refresh_token, access_token } = *late;
                tokens::revoke_later(client, refresh_token, access_token);
            }
        }
    }

    fn order(&self, client: &Client, kind: &str, members: Writer, waited: Waited) -> Id {
        let id = client.runtime.order(kind, members);
        self.steps.borrow_mut().push((id, waited));
        id
    }

    fn tell(&self, client: &Client, event: Event) {
        let state = self.state();
        client.runtime.tell(|output| output.events.item(&written::event(event, &state)));
    }
}

/// The access token that was asked for.
///
/// # Errors
/// `internal_error`: it was something else.
pub(crate) fn handed(answer: &Answer) -> Flow<&Handed> {
    match answer {
        Answer::Access(handed) => Ok(handed),
        _ => Err(Code::InternalError.into()),
    }
}

/// Whether a swap was made, or what is there instead. A failure stands for storage that changed.
fn swapped(answer: Result<Value, Failure>) -> Result<(), Option<String>> {
    let Ok(answer) = answer else { return Err(None) };
    if answer.get("done") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(answer.get("current").and_then(Value::as_str).map(String::from))
}

/// A text that was answered; a failure stands for none, since storage degrades and never fails.
fn text(answer: Result<Value, Failure>) -> Option<String> {
    match answer {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}
