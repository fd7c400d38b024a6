//! Drives the flows: futures that wait for answers from outside, on one thread, without a waker.
//!
//! A flow orders effects and waits for their answers; the driver in JavaScript carries them out.
//! What a flow waits for is numbered, and an answer wakes exactly the flow that ordered it.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use edgeward_core::{
    json::{Value, Writer},
    oauth::Failure,
    session::{Millis, Now},
    time::UnixMillis,
};

use crate::output::Output;

/// What an effect, or another flow, answered.
pub(crate) type Answer = Result<Value, Failure>;

/// What a call gives: JSON.
pub(crate) type Outcome = Result<String, Failure>;

/// Names an effect, or whatever else is waited for.
pub(crate) type Id = u32;

type Flow = Pin<Box<dyn Future<Output = ()>>>;

/// The flows that are under way, and what they wait for.
#[derive(Default)]
pub(crate) struct Runtime {
    now: Cell<Option<Now>>,
    last: Cell<Id>,
    /// Which flow runs at the moment.
    running: Cell<Id>,
    flows: RefCell<Vec<(Id, Flow)>>,
    ready: RefCell<Vec<Id>>,
    waits: RefCell<Vec<Wait>>,
    output: RefCell<Output>,
}

/// One flow waits for one answer.
struct Wait {
    id: Id,
    flow: Id,
    answer: Option<Answer>,
}

/// The answer to come. Dropped before it came, it is no longer wanted.
pub(crate) struct Pending {
    runtime: Rc<Runtime>,
    id: Id,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Effect,
    Inside,
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

    /// Begins a flow under a name of its own; it runs with the others.
    pub(crate) fn spawn(&self, flow: impl Future<Output = ()> + 'static) -> Id {
        let id = self.name();
        self.flows.borrow_mut().push((id, Box::pin(flow)));
        self.ready.borrow_mut().push(id);
        id
    }

    /// Ends a flow; what it waits for is cancelled.
    pub(crate) fn abort(&self, flow: Id) {
        let mut flows = self.flows.borrow_mut();
        let found = flows.iter().position(|(id, _)| *id == flow).map(|at| flows.remove(at));
        // Dropped outside of the borrow, since what is cancelled may look at the flows.
        drop(flows);
        drop(found);
    }

    /// Orders an effect.
    pub(crate) fn order(self: &Rc<Self>, kind: &str, members: Writer) -> Pending {
        let id = self.order_for(kind, members);
        self.pending(id, Kind::Effect)
    }

    /// Orders an effect whose answer goes to whoever knows the name that is given.
    pub(crate) fn order_for(&self, kind: &str, mut members: Writer) -> Id {
        let id = self.name();
        members.number("effect", id.into()).text("kind", kind);
        self.tell(|output| output.effects.item(&members.finish()));
        id
    }

    /// Something to wait for that is answered from inside, and its name.
    pub(crate) fn ticket(self: &Rc<Self>) -> Pending {
        let id = self.name();
        self.pending(id, Kind::Inside)
    }

    /// Gives an answer. False: nobody waits for it.
    pub(crate) fn answer(&self, id: Id, answer: Answer) -> bool {
        let mut waits = self.waits.borrow_mut();
        let Some(wait) = waits.iter_mut().find(|wait| wait.id == id) else { return false };
        wait.answer = Some(answer);
        self.ready.borrow_mut().push(wait.flow);
        true
    }

    /// Whether somebody waits for an answer.
    pub(crate) fn is_awaited(&self, id: Id) -> bool {
        self.waits.borrow().iter().any(|wait| wait.id == id)
    }

    /// What goes out with the next reading of the output.
    pub(crate) fn tell<T>(&self, write: impl FnOnce(&mut Output) -> &mut T) {
        write(&mut self.output.borrow_mut());
    }

    /// Runs whatever can run, and gives what it brought about.
    pub(crate) fn run(&self) -> Output {
        loop {
            let mut ready = self.ready.borrow_mut();
            if ready.is_empty() {
                break;
            }
            let id = ready.remove(0);
            drop(ready);
            self.poll(id);
        }
        self.output.take()
    }

    fn poll(&self, id: Id) {
        let mut flows = self.flows.borrow_mut();
        let Some(at) = flows.iter().position(|(name, _)| *name == id) else { return };
        let (_, mut flow) = flows.remove(at);
        drop(flows);
        self.running.set(id);
        if flow.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.flows.borrow_mut().push((id, flow));
        }
    }

    fn pending(self: &Rc<Self>, id: Id, kind: Kind) -> Pending {
        self.waits.borrow_mut().push(Wait { id, flow: self.running.get(), answer: None });
        Pending { runtime: Rc::clone(self), id, kind }
    }
}

impl Pending {
    /// The name under which it is answered.
    pub(crate) const fn id(&self) -> Id {
        self.id
    }
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        let mut waits = self.runtime.waits.borrow_mut();
        let Some(at) = waits.iter().position(|wait| wait.id == self.id) else { return Poll::Pending };
        let Some(wait) = waits.get_mut(at) else { return Poll::Pending };
        // Whoever awaits it is whom it concerns, also if another one ordered it.
        wait.flow = self.runtime.running.get();
        match wait.answer.take() {
            None => Poll::Pending,
            Some(answer) => {
                waits.remove(at);
                Poll::Ready(answer)
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut waits = self.runtime.waits.borrow_mut();
        let Some(at) = waits.iter().position(|wait| wait.id == self.id) else { return };
        let wait = waits.remove(at);
        if wait.answer.is_none() && self.kind == Kind::Effect {
            self.runtime.tell(|output| output.cancel.item_number(self.id.into()));
        }
    }
}
