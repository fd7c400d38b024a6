//! Drives the flows: functions that are run from their beginning whenever something has come that they
//! wait for.
//!
//! A flow gets everything from outside through its [`Run`]. What has come is kept in the order in which it
//! was asked for, so a run gives a flow the same as the runs before and one thing more; where that ends, the
//! flow asks for something new and stops ([`Stop::Waiting`]). So a flow reads as if it waited, and is an
//! ordinary function: the futures that the compiler makes of it are twice the code.

use std::cell::{Cell, RefCell};

use edgeward_core::{
    Code,
    json::Writer,
    session::{Millis, Now},
    time::UnixMillis,
};

use crate::{
    client::Client,
    output::Output,
    run::{Answer, Came, Outcome, Places, Run, Stop},
};

/// Names an effect, or whatever else is waited for.
pub(crate) type Id = u32;

/// The flows that are under way, and what they bring about.
#[derive(Default)]
pub(crate) struct Runtime {
    now: Cell<Option<Now>>,
    last: Cell<Id>,
    flows: RefCell<Vec<Started>>,
    /// What the flow that runs at the moment is about to wait for.
    running: RefCell<Wait>,
    output: RefCell<Output>,
}

/// The work of a flow.
pub(crate) type Work = dyn Fn(&Run<'_>) -> Outcome;

/// A flow that has begun.
struct Started {
    /// The call that its outcome settles. What another one gives is nobody's.
    call: Option<Id>,
    work: Box<Work>,
    begun: Now,
    came: Vec<Came>,
    places: Places,
    wait: Wait,
}

/// What a flow waits for.
pub(crate) enum Wait {
    /// Nothing: it may run.
    Nothing,
    /// An effect.
    Effect(Id),
    /// An answer from inside.
    Inside(Id),
    /// Nothing any more: this came.
    Over(Answer),
}

impl Runtime {
    /// The two clocks as the driver read them last.
    pub(crate) fn now(&self) -> Now {
        self.now.get().unwrap_or(Now { wall: UnixMillis(0), monotonic: Millis(0) })
    }

    /// Takes the driver's reading of the clocks.
    pub(crate) fn set_now(&self, now: Now) {
        self.now.set(Some(now));
    }

    /// A number that names nothing yet.
    pub(crate) fn name(&self) -> Id {
        self.last.set(self.last.get().wrapping_add(1));
        self.last.get()
    }

    /// Begins a flow; it runs with the others.
    pub(crate) fn spawn(&self, work: impl Fn(&Run<'_>) -> Outcome + 'static) {
        self.begin(None, Box::new(work));
    }

    /// Begins a flow whose outcome settles a call, if one is given.
    pub(crate) fn begin(&self, call: Option<Id>, work: Box<Work>) {
        let started = Started {
            call,
            work,
            begun: self.now(),
            came: Vec::new(),
            places: Places::default(),
            wait: Wait::Nothing,
        };
        self.flows.borrow_mut().push(started);
    }

    /// Ends the flow of a call; the effect that it waits for is cancelled. `Some`: it waited for an answer
    /// from inside.
    pub(crate) fn abort(&self, call: Id) -> Option<Id> {
        let ended = self.remove(|flow| flow.call == Some(call))?;
        self.tell(|output| output.settle(call, Err(Code::Aborted.into())));
        match ended.wait {
            Wait::Effect(id) => {
                self.tell(|output| output.cancel.item_number(id.into()));
                None
            }
            Wait::Inside(id) => Some(id),
            _ => None,
        }
    }

    /// Orders an effect, and tells under which name it is answered.
    pub(crate) fn order(&self, kind: &str, mut members: Writer) -> Id {
        let id = self.name();
        members.number("effect", id.into()).text("kind", kind);
        self.tell(|output| output.effects.item(&members.finish()));
        id
    }

    /// Gives an answer. Nothing happens if nobody waits for it.
    pub(crate) fn answer(&self, id: Id, answer: Answer) {
        let mut running = self.running.borrow_mut();
        let mut flows = self.flows.borrow_mut();
        let waits = flows.iter_mut().map(|flow| &mut flow.wait);
        if let Some(wait) = waits.chain([&mut *running]).find(|wait| wait.is_for(id)) {
            *wait = Wait::Over(answer);
        }
    }

    /// Says what the flow that runs at the moment is about to wait for.
    pub(crate) fn wait(&self, wait: Wait) {
        self.running.replace(wait);
    }

    /// What goes out with the next reading of the output.
    pub(crate) fn tell<T>(&self, write: impl FnOnce(&mut Output) -> &mut T) {
        write(&mut self.output.borrow_mut());
    }

    /// Runs whatever can run, and gives what it brought about.
    pub(crate) fn run(&self, client: &Client) -> Output {
        while let Some(flow) = self.remove(|flow| flow.wait.is_over()) {
            self.advance(client, flow);
        }
        self.output.take()
    }

    /// Runs a flow until it ends, or waits for something that is not there. Nothing else happens meanwhile.
    fn advance(&self, client: &Client, mut flow: Started) {
        while flow.wait.is_over() {
            if let Wait::Over(answer) = std::mem::take(&mut flow.wait) {
                flow.came.push(Came { answer, at: self.now() });
            }
            let run = Run::new(client, &flow.came, flow.begun, &flow.places);
            let outcome = (flow.work)(&run);
            #[cfg(feature = "oauth")]
            if let Some(from) = run.goes_back_to() {
                flow.forget(from, self.now());
            }
            flow.wait = self.running.take();
            let outcome = match outcome {
                Ok(json) => Ok(json),
                Err(Stop::Failed(failure)) => Err(failure),
                Err(Stop::Waiting) => continue,
            };
            if let Some(call) = flow.call {
                self.tell(|output| output.settle(call, outcome));
            }
            return;
        }
        self.flows.borrow_mut().push(flow);
    }

    fn remove(&self, meant: impl Fn(&Started) -> bool) -> Option<Started> {
        let mut flows = self.flows.borrow_mut();
        let at = flows.iter().position(meant)?;
        Some(flows.remove(at))
    }
}

#[cfg(feature = "oauth")]
impl Started {
    /// Forgets what came from there on. From then on it is as if what came before that came now.
    fn forget(&mut self, from: usize, now: Now) {
        self.came.truncate(from);
        self.places.forget(from);
        match self.came.last_mut() {
            Some(last) => last.at = now,
            None => self.begun = now,
        }
    }
}

impl Wait {
    fn is_for(&self, id: Id) -> bool {
        matches!(self, Self::Effect(own) | Self::Inside(own) if *own == id)
    }

    const fn is_over(&self) -> bool {
        matches!(self, Self::Nothing | Self::Over(_))
    }
}

impl Default for Wait {
    /// What never comes, since no name is 0.
    fn default() -> Self {
        Self::Inside(0)
    }
}

#[cfg(test)]
mod tests;
