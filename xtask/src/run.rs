//! Child processes: each in a group of its own, so that nothing it started outlives it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::paths;
use crate::step::{Context, Failure, Outcome};

/// The process groups that are running now.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Whether a signal ended this command: then nothing more is started, and no child's end is a failure.
static STOPPING: AtomicBool = AtomicBool::new(false);

const POLL: Duration = Duration::from_millis(20);
const GRACE: Duration = Duration::from_secs(5);

/// A command to run, from the workspace's root unless said otherwise.
pub struct Run {
    command: Command,
    name: String,
    timeout: Option<Duration>,
}

impl Run {
    /// Prepares a program.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.current_dir(paths::root()).stdin(Stdio::null()).process_group(0);
        Self { command, name, timeout: None }
    }

    /// Prepares Node with the settings that keep npm's tools silent and offline.
    pub fn node() -> Self {
        let offline =
            [("WRANGLER_SEND_METRICS", "false"), ("CI", "true"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")];
        Self::new("node").envs(offline)
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets environment variables.
    pub fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(mut self, envs: impl IntoIterator<Item = (K, V)>) -> Self {
        self.command.envs(envs);
        self
    }

    /// Takes environment variables away.
    pub fn without_envs<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Runs in another folder.
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Ends the whole group when it has run for so long.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sends what the program prints to a file.
    pub fn log(mut self, file: &Path) -> Outcome<Self> {
        let log = File::create(file).context(format!("cannot write {}", paths::shown(file)))?;
        let errors = log.try_clone().context("cannot share the log file")?;
        self.command.stdout(log).stderr(errors);
        Ok(self)
    }

    /// Runs to the end and tells how it ended; `None` when the time limit ended it.
    pub fn status(mut self) -> Outcome<Option<ExitStatus>> {
        let group = Group::start(&mut self.command, &self.name)?;
        group.wait(self.timeout)
    }

    /// Runs and fails with a sentence unless the program ends well.
    pub fn succeed(self) -> Outcome {
        let (name, timeout) = (self.name.clone(), self.timeout);
        match self.status()? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failure(format!("{name} failed ({status}); what it printed is above"))),
            None => Err(Failure(format!("{name} was stopped after {:?}", timeout.unwrap_or_default()))),
        }
    }

    /// Runs quietly; a failure repeats what the program printed.
    pub fn quietly(mut self) -> Outcome<String> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = Group::start(&mut self.command, &self.name)?;
        let stdout = drain(group.child.stdout.take());
        let stderr = drain(group.child.stderr.take());
        let status = group.wait(self.timeout)?;
        let text = |thread: thread::JoinHandle<String>| thread.join().unwrap_or_default();
        let (out, err) = (text(stdout), text(stderr));
        match status {
            Some(status) if status.success() => Ok(out),
            Some(status) => Err(Failure(format!("{} failed ({status}):\n{out}{err}", self.name))),
            None => Err(Failure(format!("{} did not end in time:\n{out}{err}", self.name))),
        }
    }
}

/// A running child and everything it started.
struct Group {
    child: Child,
}

impl Group {
    fn start(command: &mut Command, name: &str) -> Outcome<Self> {
        park_when_stopping();
        let child = command.spawn().context(format!("cannot start {name}"))?;
        running(|groups| groups.push(child.id()));
        Ok(Self { child })
    }

    fn wait(mut self, limit: Option<Duration>) -> Outcome<Option<ExitStatus>> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().context("cannot wait for a program")? {
                park_when_stopping();
                return Ok(Some(status));
            }
            if limit.is_some_and(|limit| begun.elapsed() > limit) {
                return Ok(None);
            }
            thread::sleep(POLL);
        }
    }
}

impl Drop for Group {
    /// Ends what the child left behind, and the child itself when it still runs.
    fn drop(&mut self) {
        let id = self.child.id();
        let ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None)) && !alive(id);
        if !ended(&mut self.child) {
            signal("TERM", id);
            let begun = Instant::now();
            while begun.elapsed() < GRACE && !ended(&mut self.child) {
                thread::sleep(POLL);
            }
            signal("KILL", id);
            // Reaps the child, so that it does not stay in the process table.
            let _status = self.child.wait();
        }
        running(|groups| groups.retain(|group| *group != id));
    }
}

/// Waits for the end of this process when a signal is ending it.
pub fn park_when_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Ends every running group: first politely, then not.
pub fn stop_all() {
    STOPPING.store(true, Ordering::SeqCst);
    let groups = running(|groups| groups.clone());
    groups.iter().for_each(|id| signal("TERM", *id));
    let begun = Instant::now();
    while begun.elapsed() < GRACE && groups.iter().any(|id| alive(*id)) {
        thread::sleep(POLL);
    }
    groups.iter().for_each(|id| signal("KILL", *id));
}

fn running<T>(with: impl FnOnce(&mut Vec<u32>) -> T) -> T {
    with(&mut RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// The standard library signals single processes only; the shell's `kill` reaches the group.
fn kill(signal: &str, group: u32) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"kill -s "$0" -- "-$1""#, signal, &group.to_string()]);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

fn signal(signal: &str, group: u32) {
    // A group that has ended already is what was wanted.
    let _ended = kill(signal, group);
}

fn alive(group: u32) -> bool {
    kill("0", group)
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before the pipe broke is still worth showing.
            let _end = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
