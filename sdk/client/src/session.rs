//! Carries out what the session's machine orders, and tells it what came of it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
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
};

use crate::{
    client::Client,
    effect::{self, Area},
    refresh,
    runtime::{self, Id, Runtime},
    tokens, written,
};

/// The session of this tab or process.
pub(crate) struct Session {
    runtime: Rc<Runtime>,
    machine: RefCell<Machine>,
    /// The key of the record, which names the lock as well.
    key: String,
    begun: Cell<bool>,
    /// Who waits for the first reading.
    starting: RefCell<Vec<Id>>,
    /// The calls that the machine has not answered.
    asked: RefCell<Vec<Ticket>>,
    /// The effects that the machine waits for.
    steps: RefCell<Vec<(Id, Waited)>>,
    /// What the machine answered, for the flows that asked.
    answers: RefCell<Vec<(Ticket, Box<Answer>)>>,
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
    /// Nothing depends on it.
    Nothing,
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
    pub(crate) fn new(runtime: Rc<Runtime>, name: &str, background: Background) -> Self {
        Self {
            runtime,
            machine: RefCell::new(Machine::new(Options { background, ..Options::default() })),
            key: [name, ":session"].concat(),
            begun: Cell::new(false),
            starting: RefCell::default(),
            steps: RefCell::default(),
            asked: RefCell::default(),
            answers: RefCell::default(),
            timer: Cell::new(None),
        }
    }

    /// Reads the session for the first time, if nobody has, and gives the `AuthState`.
    pub(crate) async fn start(&self, client: &Rc<Client>) -> String {
        if self.is_loading() {
            let ticket = self.runtime.ticket();
            self.starting.borrow_mut().push(ticket.id());
            if !self.begun.replace(true) {
                self.feed(client, Input::Begun);
            }
            // Storage degrades rather than fails, and the machine bounds its own waits.
            drop(ticket.await);
        }
        written::state(&self.machine.borrow())
    }

    /// What a sign-in that begins now belongs to: a later sign-out beats it.
    pub(crate) async fn began(&self, client: &Rc<Client>) -> u64 {
        self.start(client).await;
        self.machine.borrow().generation()
    }

    /// The session, if there is one.
    pub(crate) fn grant(&self) -> Option<Arc<Grant>> {
        self.machine.borrow().grant().cloned()
    }

    /// An access token, refreshed if need be.
    ///
    /// # Errors
    /// `session_missing`, `session_expired`, `session_changed`; those of the
    /// token endpoint, while the session goes on.
    pub(crate) async fn access(&self, client: &Rc<Client>, want: Want) -> Result<Handed, Failure> {
        #[cfg(feature = "oauth")]
        if client.settings.acts_for_itself {
            return crate::oauth::access(client, want).await;
        }
        let Want { target, force, min_validity } = want;
        self.start(client).await;
        let granted = self.grant();
        #[cfg(feature = "oauth")]
        if let Some(own) = crate::oauth::own_access(client, &target) {
            return own;
        }
        if granted.is_some_and(|grant| !scope::covers(&grant.scope, &target.scope)) {
            return Err(Error::at(Code::InvalidScope, "scope").into());
        }
        let asked = |ticket| Input::Wanted { ticket, target, force, min_validity };
        match self.ask(client, asked).await? {
            Answer::Access(handed) => Ok(handed),
            _ => Err(Code::InternalError.into()),
        }
    }

    /// Makes a grant the session.
    ///
    /// # Errors
    /// `session_changed`: a sign-out came in between; the tokens are revoked.
    pub(crate) async fn sign_in(&self, client: &Rc<Client>, grant: Grant, began: u64) -> Result<(), Failure> {
        let grant = Arc::new(grant);
        self.ask(client, |ticket| Input::SignedIn { ticket, grant, began }).await.map(drop)
    }

    /// Ends the session, and gives what is left of it.
    ///
    /// # Errors
    /// Those of the machine, where storage keeps changing.
    pub(crate) async fn sign_out(
        &self,
        client: &Rc<Client>,
        reason: Reason,
    ) -> Result<Option<Arc<Grant>>, Failure> {
        self.start(client).await;
        match self.ask(client, |ticket| Input::SignOut { ticket, reason }).await? {
            Answer::SignedOut(grant) => Ok(grant),
            _ => Err(Code::InternalError.into()),
        }
    }

    /// Replaces the claims of the session.
    ///
    /// # Errors
    /// `session_missing`; `session_changed`: they are somebody else's.
    #[cfg(feature = "oauth")]
    pub(crate) async fn update_user(&self, client: &Rc<Client>, claims: Map) -> Result<(), Failure> {
        self.ask(client, |ticket| Input::UserUpdated { ticket, claims }).await.map(drop)
    }

    /// Takes an effect's answer, if the machine waits for it; else gives it back.
    pub(crate) fn answer(
        &self,
        client: &Rc<Client>,
        effect: Id,
        answer: runtime::Answer,
    ) -> Option<runtime::Answer> {
        let mut steps = self.steps.borrow_mut();
        let Some(at) = steps.iter().position(|(id, _)| *id == effect) else { return Some(answer) };
        let (_, waited) = steps.remove(at);
        drop(steps);
        let input = match waited {
            Waited::Read(step) => Input::Read { step, stored: effect::text(answer) },
            Waited::Locked(step) => Input::Locked { step, held: answer == Ok(Value::Bool(true)) },
            Waited::Swapped(step) => Input::Swapped { step, result: swapped(answer) },
            Waited::Woken(step) => Input::Woken(step),
            Waited::Nothing => return None,
        };
        self.feed(client, input);
        None
    }

    /// Something happened around the client.
    pub(crate) fn notice(&self, client: &Rc<Client>, notice: Notice) {
        if self.begun.get() {
            self.feed(client, Input::Noticed(notice));
        }
    }

    /// Tells the machine which calls no longer wait.
    pub(crate) fn forget_abandoned(&self, client: &Rc<Client>) {
        let gone = |ticket: &Ticket| !self.runtime.is_awaited(ticket.0);
        loop {
            let mut asked = self.asked.borrow_mut();
            let Some(at) = asked.iter().position(gone) else { break };
            let ticket = asked.remove(at);
            drop(asked);
            self.feed(client, Input::Abandoned(ticket));
        }
    }

    async fn ask(&self, client: &Rc<Client>, input: impl FnOnce(Ticket) -> Input) -> Result<Answer, Failure> {
        let pending = self.runtime.ticket();
        let ticket = Ticket(pending.id());
        self.asked.borrow_mut().push(ticket);
        self.feed(client, input(ticket));
        pending.await?;
        let mut answers = self.answers.borrow_mut();
        let at = answers.iter().position(|(own, _)| *own == ticket).ok_or(Code::InternalError)?;
        Ok(*answers.remove(at).1)
    }

    fn feed(&self, client: &Rc<Client>, input: Input) {
        let actions = self.machine.borrow_mut().handle(input, self.runtime.now());
        for action in actions {
            self.perform(client, action);
        }
        if !self.is_loading() {
            for ticket in self.starting.take() {
                self.runtime.answer(ticket, Ok(Value::Null));
            }
        }
    }

    fn perform(&self, client: &Rc<Client>, action: Action) {
        let place = || effect::place(Area::Session, &self.key);
        let name = || {
            let mut members = Writer::object();
            members.text("name", &self.key);
            members
        };
        match action {
            Action::Read { step } => self.order("read", place(), Waited::Read(step)),
            Action::Lock { step, deadline } => {
                let mut members = name();
                members.number("deadline", deadline.0);
                self.order("lock", members, Waited::Locked(step));
            }
            Action::Unlock => self.order("unlock", name(), Waited::Nothing),
            Action::Swap { step, expected, next } => {
                let mut members = place();
                members.text_or_null("expected", expected.as_deref()).text("next", &next);
                self.order("swap", members, Waited::Swapped(step));
            }
            Action::Wake { step, after } => {
                if let Some(earlier) = self.timer.take() {
                    self.steps.borrow_mut().retain(|(id, _)| *id != earlier);
                    self.runtime.tell(|output| output.cancel.item_number(earlier.into()));
                }
                let mut members = Writer::object();
                members.number("millis", after.0);
                let id = self.runtime.order_for("sleep", members);
                self.timer.set(Some(id));
                self.steps.borrow_mut().push((id, Waited::Woken(step)));
            }
            Action::Announce { generation } => {
                let mut members = Writer::object();
                members.text("text", &form::decimal(u32::try_from(generation).unwrap_or(u32::MAX)));
                self.order("announce", members, Waited::Nothing);
            }
            Action::Refresh { step, refresh } => {
                let client_of_flow = Rc::clone(client);
                self.runtime.spawn(async move {
                    let result = refresh::run(&client_of_flow, *refresh).await.map(Box::new);
                    client_of_flow.session.feed(&client_of_flow, Input::Replied { step, result });
                });
            }
            Action::Answer { ticket, result } => self.give(ticket, result),
            Action::Tell(event) => self.tell(event),
            Action::Revoke(late) => {
                let Late { refresh_token, access_token } = *late;
                tokens::revoke_later(client, refresh_token, access_token);
            }
        }
    }

    fn order(&self, kind: &str, members: Writer, waited: Waited) {
        let id = self.runtime.order_for(kind, members);
        self.steps.borrow_mut().push((id, waited));
    }

    fn give(&self, ticket: Ticket, result: Result<Box<Answer>, Failure>) {
        self.asked.borrow_mut().retain(|own| *own != ticket);
        let outcome = match result {
            Ok(answer) if self.runtime.is_awaited(ticket.0) => {
                self.answers.borrow_mut().push((ticket, answer));
                Ok(Value::Null)
            }
            Ok(_) => return,
            Err(failure) => Err(failure),
        };
        self.runtime.answer(ticket.0, outcome);
    }

    fn tell(&self, event: Event) {
        let state = written::state(&self.machine.borrow());
        self.runtime.tell(|output| output.events.item(&written::event(event, &state)));
    }

    fn is_loading(&self) -> bool {
        self.machine.borrow().state() == State::Loading
    }
}

/// Whether a swap was made, or what is there instead. A failure stands for storage that changed.
fn swapped(answer: runtime::Answer) -> Result<(), Option<String>> {
    let Ok(answer) = answer else { return Err(None) };
    if answer.get("done") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(answer.get("current").and_then(Value::as_str).map(String::from))
}
