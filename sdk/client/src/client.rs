//! A client: what its flows share, and how texts from outside become flows.

use edgeward_core::{
    Code, Error,
    json::{self, Map, Members, Value},
    session::{Millis, Notice, Now},
    text,
    time::UnixMillis,
};

use crate::{
    callback::Completions,
    effect, methods,
    output::Output,
    provider::Provider,
    run::Known,
    runtime::{Id, Runtime},
    session::Session,
    settings::Settings,
};

/// A client. No borrow of a cell outlives a statement, so nothing is held while a flow runs.
pub(crate) struct Client {
    pub runtime: Runtime,
    pub settings: Settings,
    pub provider: Provider,
    pub session: Session,
    pub completions: Completions,
    /// The client's own name among those of the site.
    name: String,
    /// What the keys of all stored sign-ins begin with.
    pub transactions: String,
    /// What the flows of the whole client remember.
    #[cfg(feature = "oauth")]
    pub memory: crate::oauth::Memory,
}

impl Client {
    /// Reads the options. Nothing happens before the first input.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(crate) fn new(options: &str) -> Result<Self, Error> {
        let settings = Settings::read(options)?;
        let name = text::concat(&["edgeward:", settings.issuer.as_str(), ":", &settings.client_id]);
        let provider = Provider::default();
        #[cfg(feature = "oauth")]
        if let Some(metadata) = settings.catalogue.metadata() {
            provider.know(metadata);
        }
        Ok(Self {
            session: Session::new(&name, settings.background),
            provider,
            completions: Completions::default(),
            transactions: text::concat(&[&name, ":transaction:"]),
            #[cfg(feature = "oauth")]
            memory: Default::default(),
            name,
            runtime: Runtime::default(),
            settings,
        })
    }

    /// The name of the key that tokens may be bound to.
    pub(crate) fn key_name(&self) -> String {
        text::concat(&[&self.name, ":dpop"])
    }

    /// Takes an input, runs what can run, and gives what it brought about. An input that is none
    /// has no effect.
    pub(crate) fn handle(&self, input: &str) -> String {
        if let Ok(input) = json::parse_object(input.as_bytes()) {
            self.take(&input);
        }
        self.runtime.run(self).into_text()
    }

    fn take(&self, input: &Map) -> Option<()> {
        let number = |name| id(input.get(name)?);
        self.runtime.set_now(now(input.get("now")?)?);
        match input.get("type")?.as_str()? {
            "call" => self.call(number("call")?, input),
            "abort" => {
                if let Some(ticket) = self.runtime.abort(number("call")?) {
                    self.session.abandon(self, ticket);
                }
            }
            "answer" => self.answer(number("effect")?, input),
            "notice" => self.session.notice(self, notice(input.get("notice")?.as_str()?)?),
            _ => {}
        }
        Some(())
    }

    fn call(&self, call: Id, input: &Map) {
        let method = input.get("method").and_then(Value::as_str).unwrap_or_default();
        let args = input.get("args").and_then(Value::as_object).cloned().unwrap_or_default();
        let args = Members::of(args, Code::InvalidParameters);
        let method = methods::named(method);
        self.runtime.begin(Some(call), Box::new(move |run| method(run, &args)));
    }

    fn answer(&self, effect: Id, input: &Map) {
        if let Some(answer) = self.session.answer(self, effect, effect::answer(input)) {
            self.runtime.answer(effect, answer.map(Known::Json));
        }
    }
}

/// What is said to every call of a client whose options are wrong.
pub(crate) fn refuse(error: Error, input: &str) -> String {
    let mut output = Output::default();
    if let Some(call) = json::parse(input.as_bytes()).ok().and_then(|input| id(input.get("call")?)) {
        output.settle(call, Err(error.into()));
    }
    output.into_text()
}

fn id(value: &Value) -> Option<Id> {
    u32::try_from(value.as_u64()?).ok()
}

fn now(value: &Value) -> Option<Now> {
    let whole = |name| value.get(name).and_then(Value::as_i64);
    Some(Now { wall: UnixMillis(whole("wall")?), monotonic: Millis(whole("monotonic")?) })
}

fn notice(name: &str) -> Option<Notice> {
    NOTICES.into_iter().find(|(own, _)| *own == name).map(|(_, notice)| notice)
}

const NOTICES: [(&str, Notice); 5] = [
    ("storage", Notice::Elsewhere),
    ("visible", Notice::Visible),
    ("hidden", Notice::Hidden),
    ("online", Notice::Online),
    ("resume", Notice::Resumed),
];
