//! The world of native tests: a clock that is set, randomness that is counted, a store in memory.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::ready,
    rc::Rc,
};

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    jose::{Algorithm, Key, engine},
    json::{self, Value},
    secret::Secret,
    time::{Seconds, UnixMillis},
};

use crate::{
    Authority, Failure, Settings,
    bucket::Bucket,
    context::{Context, Principal},
    http::{Incoming, Outgoing},
    operations::Operation,
    platform::{Limit, Pending, Platform},
    store::{Refused, Row, Statement, Store, sql, sqlite::Memory},
    surface::Route,
};

/// The authority of tests, and handles to its world.
pub struct World {
    pub authority: Authority,
    pub memory: Rc<Memory>,
    pub shared: Rc<Shared>,
}

/// What a test may turn.
pub struct Shared {
    pub now: Cell<i64>,
    pub log: RefCell<Vec<String>>,
    pub answers: RefCell<Vec<Response>>,
    pub sent: RefCell<Vec<Request>>,
    pub server: RefCell<Option<Server>>,
    drawn: Cell<u64>,
    buckets: RefCell<BTreeMap<String, Bucket>>,
    seen: RefCell<BTreeMap<String, i64>>,
}

/// Whom every request goes to that the authority sends.
pub type Server = Box<dyn Fn(&Request) -> Result<Response, Error>>;

/// 2026-11-21T12:00:00Z
pub const START: i64 = 1_795_262_400_000;

impl World {
    /// A world with the usual settings.
    pub fn new() -> Self {
        Self::with(crate::providers::scripted::SETTINGS)
    }

    /// A world with these settings.
    pub fn with(settings: &str) -> Self {
        let secret = |_: &str| Some("a secret of thirty-two characters".replace(' ', "-"));
        let settings = Settings::parse(settings, secret).unwrap();
        let memory = Rc::new(Memory::migrated());
        let shared = Rc::new(Shared {
            now: Cell::new(START),
            log: RefCell::default(),
            answers: RefCell::default(),
            sent: RefCell::default(),
            server: RefCell::default(),
            drawn: Cell::new(0),
            buckets: RefCell::default(),
            seen: RefCell::default(),
        });
        let store = Box::new(SharedStore(memory.clone()));
        let platform = Box::new(SharedPlatform(shared.clone()));
        Self { authority: Authority { settings: settings.into(), store, platform }, memory, shared }
    }

    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.shared.now.set(self.shared.now.get() + millis);
    }

    /// Registers a user.
    pub fn user(&self, id: &str) -> Principal {
        let statement = sql(
            "INSERT INTO edgeward_users (id, created_at, updated_at) VALUES (?1, ?2, ?2)",
            [id.into(), START.into()],
        );
        wait(self.authority.store.row(statement)).unwrap();
        Principal::User { id: id.into(), session: "s".into(), admin: false, impersonated_by: None }
    }

    /// Calls an operation as somebody, with arguments as JSON text.
    pub fn call(&self, by: &Principal, name: &str, arguments: &str) -> Result<Value, Failure> {
        let request =
            Incoming { method: "POST".into(), url: "https://auth.example/".into(), ..Incoming::default() };
        let context = Context::new(&self.authority, &request, by.clone());
        let arguments = json::parse(arguments.as_bytes()).unwrap();
        wait(Operation::find(name).unwrap().call(&context, arguments))
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Outgoing> {
        let request = Incoming {
            method: method.into(),
            url: format!("https://auth.example{path}"),
            headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            body: Some(body.into()),
            address: Some("192.0.2.1".into()),
        };
        let route = Route::served(&self.authority.settings, request.path())?;
        Some(wait(self.authority.answer(&request, route)))
    }
}

/// Runs something that waits for nothing but this world.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// Lets whatever else waits go first.
async fn turn() {
    let mut waited = false;
    std::future::poll_fn(|task| {
        if std::mem::replace(&mut waited, true) {
            return std::task::Poll::Ready(());
        }
        task.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

struct SharedStore(Rc<Memory>);

impl Store for SharedStore {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        self.0.batch(statements)
    }
}

struct SharedPlatform(Rc<Shared>);

impl Platform for SharedPlatform {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.now.get())
    }

    /// Every draw is another one, and the same in every run.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        use sha2::{Digest, Sha256};
        for chunk in buffer.chunks_mut(32) {
            self.0.drawn.set(self.0.drawn.get() + 1);
            let block = Sha256::digest(self.0.drawn.get().to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }

    /// What the server of the test answers, after others had their turn.
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Response, Error>> {
        self.0.sent.borrow_mut().push(request.clone());
        Box::pin(async {
            turn().await;
            match &*self.0.server.borrow() {
                Some(server) => server(request),
                None => self.0.answers.borrow_mut().pop().ok_or(Code::NetworkFailed.into()),
            }
        })
    }

    fn generate(&self, algorithm: Algorithm) -> Pending<'_, Result<Secret, Error>> {
        let mut seed = [0; 32];
        self.fill(&mut seed).unwrap();
        Box::pin(ready(signing::pair(&seed, algorithm)))
    }

    fn sign<'a>(
        &'a self,
        key: &'a Secret,
        algorithm: Algorithm,
        input: &'a [u8],
    ) -> Pending<'a, Result<Vec<u8>, Error>> {
        Box::pin(ready(signing::sign(key, algorithm, input)))
    }

    fn verify<'a>(
        &'a self,
        key: &'a Key,
        algorithm: Algorithm,
        input: &'a [u8],
        signature: &'a [u8],
    ) -> Pending<'a, Result<(), Error>> {
        Box::pin(ready(engine::verify(key, algorithm, input, signature)))
    }

    fn take<'a>(&'a self, bucket: &'a str, limit: Limit) -> Pending<'a, Result<Option<Seconds>, Error>> {
        let now = UnixMillis(self.0.now.get());
        let mut buckets = self.0.buckets.borrow_mut();
        let bucket = buckets.entry(bucket.into()).or_insert_with(|| Bucket::full(limit, now));
        Box::pin(ready(Ok(bucket.take(limit, now).err())))
    }

    fn refill<'a>(&'a self, bucket: &'a str) -> Pending<'a, Result<(), Error>> {
        self.0.buckets.borrow_mut().remove(bucket);
        Box::pin(ready(Ok(())))
    }

    fn unseen<'a>(&'a self, name: &'a str, until: UnixMillis) -> Pending<'a, Result<bool, Error>> {
        let new = self.0.seen.borrow_mut().insert(name.into(), until.0).is_none();
        Box::pin(ready(Ok(new)))
    }

    /// Time passes, and others get their turn.
    fn sleep(&self, millis: u32) -> Pending<'_, ()> {
        self.0.now.set(self.0.now.get() + i64::from(millis));
        Box::pin(turn())
    }

    fn later(&self, work: Pending<'static, ()>) {
        wait(work);
    }

    fn log(&self, line: &str) {
        self.0.log.borrow_mut().push(line.into());
    }
}

/// Keys that sign, by the same crates that verify.
mod signing {
    use edgeward_core::{
        Code, Error, base64url,
        jose::{Algorithm, engine},
        json::{self, Value, object},
        secret::Secret,
    };
    use p256::ecdsa::signature::Signer;

    pub fn pair(seed: &[u8; 32], algorithm: Algorithm) -> Result<Secret, Error> {
        let d = base64url::encode(seed).into();
        let jwk = match algorithm {
            Algorithm::Es256 => {
                let key = p256::ecdsa::SigningKey::from_slice(seed).unwrap();
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                let (x, y) = (base64url::encode(x), base64url::encode(y));
                object(vec![
                    ("kty", "EC".into()),
                    ("crv", "P-256".into()),
                    ("x", x.into()),
                    ("y", y.into()),
                    ("d", d),
                ])
            }
            Algorithm::EdDsa => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                let x = base64url::encode(key.verifying_key().as_bytes());
                object(vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", x.into()), ("d", d)])
            }
            _ => return Err(Code::AlgorithmUnsupported.into()),
        };
        Ok(Secret::new(jwk.to_text().into_bytes()))
    }

    pub fn sign(key: &Secret, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Error> {
        let jwk = json::parse_object(key.expose())?;
        let seed = base64url::decode(jwk.get("d").and_then(Value::as_str).unwrap())?;
        Ok(match algorithm {
            Algorithm::Es256 => {
                let key = p256::ecdsa::SigningKey::from_slice(&seed).unwrap();
                let signature: p256::ecdsa::Signature = key.sign(input);
                signature.to_bytes().to_vec()
            }
            Algorithm::EdDsa => {
                let key = ed25519_dalek::SigningKey::from_bytes(&seed.try_into().unwrap());
                key.sign(input).to_bytes().to_vec()
            }
            _ => return Err(Code::AlgorithmUnsupported.into()),
        })
    }

    #[test]
    fn what_is_signed_here_verifies() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let pair = pair(&[7; 32], algorithm).unwrap();
            let key = edgeward_core::jose::Key::parse(&json::parse_object(pair.expose()).unwrap()).unwrap();
            let signature = sign(&pair, algorithm, b"input").unwrap();
            assert_eq!(engine::verify(&key, algorithm, b"input", &signature), Ok(()));
            assert!(engine::verify(&key, algorithm, b"inputs", &signature).is_err());
        }
    }
}

/// A browser on a page of the authority's own: it keeps cookies and says where it is.
pub struct Browser<'w> {
    world: &'w World,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

impl World {
    /// A browser in which a user has signed in.
    pub fn browser(&self, user: &str, remember: crate::web::Remember) -> Browser<'_> {
        let browser = Browser::empty(self);
        let headers = vec![("user-agent".into(), "Browser/1".into())];
        let request = Incoming { address: Some("192.0.2.1".into()), headers, ..Incoming::default() };
        let context = Context::new(&self.authority, &request, Principal::Anonymous);
        wait(crate::web::start(&context, user, remember)).map(drop).unwrap();
        browser.keep(&context.cookies());
        browser
    }
}

impl<'w> Browser<'w> {
    /// One in which nobody is signed in.
    pub fn empty(world: &'w World) -> Self {
        Self { world, cookies: RefCell::default() }
    }

    pub fn post(&self, path: &str, body: &str) -> Outgoing {
        self.send("POST", path, &[("origin", "https://auth.example")], body)
    }

    pub fn get(&self, path: &str) -> Outgoing {
        self.send("GET", path, &[], "")
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Outgoing {
        let cookie = self.header();
        let all: Vec<_> = headers.iter().copied().chain([("cookie", cookie.as_str())]).collect();
        let answer = self.world.send(method, path, &all, body).unwrap();
        let lines = answer.headers.iter().filter(|(name, _)| *name == "set-cookie");
        self.keep(&lines.map(|(_, line)| line.clone()).collect::<Vec<_>>());
        answer
    }

    /// The header `Cookie`.
    pub fn header(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, lines: &[String]) {
        let mut seen = std::collections::BTreeSet::new();
        for line in lines {
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(seen.insert(name), "{name} is set twice in one answer");
            if attributes.starts_with("Max-Age=0;") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.into(), value.into());
            }
        }
    }
}
