//! Starting `runtray serve` for a test, and talking to it.
//!
//! Every service has its own folder as `RUNTRAY_HOME` and a free port, so tests run in parallel. Dropping a [`Service`] kills
//! it.

pub(crate) mod adapters;
pub(crate) mod conversation;
pub(crate) mod daemon;
#[cfg(target_os = "linux")]
pub(crate) mod footprint;
#[cfg(target_os = "linux")]
pub(crate) mod hostile_programs;
pub(crate) mod http;
#[cfg(target_os = "linux")]
pub(crate) mod leftovers;
#[cfg(target_os = "linux")]
pub(crate) mod limited;
#[cfg(target_os = "linux")]
pub(crate) mod mounts;
#[cfg(target_os = "linux")]
pub(crate) mod nobody;
#[cfg(target_os = "linux")]
pub(crate) mod old_kernel;
pub(crate) mod program;
#[cfg(unix)]
pub(crate) mod python;
pub(crate) mod raw;
#[cfg(target_os = "linux")]
pub(crate) mod rounds;
mod skip;
pub(crate) mod stream;
#[cfg(target_os = "linux")]
pub(crate) mod tracer;
mod traces;
pub(crate) mod verdict;
pub(crate) mod warm;

pub(crate) use skip::skip;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long a service may take to be ready or to stop; Wine on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// The variable that tells the service that it runs in a container.
pub(crate) const CONTAINER: &str = "RUNTRAY_CONTAINER";

/// The variable that names the built-in Python.
pub(crate) const BUILTIN_PYTHON: &str = "RUNTRAY_BUILTIN_PYTHON";

const READY: &str = "Runtray is running on http://localhost:";

/// A `RUNTRAY_HOME` that several services may use one after the other. It is deleted with its last owner.
#[derive(Clone)]
pub(crate) struct Home(Arc<tempfile::TempDir>, Arc<TempDir>);

/// A temporary folder that programs can see: on Linux they have their own `/tmp`, so it is elsewhere.
pub(crate) struct TempDir(tempfile::TempDir);

impl TempDir {
    /// Makes an empty folder, which is deleted on drop.
    pub(crate) fn new() -> std::io::Result<Self> {
        let folder = if cfg!(target_os = "linux") {
            tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))
        } else {
            tempfile::TempDir::new()
        };
        folder.map(Self)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Home {
    /// A new home with `settings` in its `settings.toml`, followed by the interpreters of this test run.
    pub(crate) fn new(settings: &str) -> Self {
        let home = Self::without_settings();
        fs::create_dir(home.path().join("config")).expect("a config folder");
        home.save_settings(settings);
        home
    }

    /// As [`Home::new`], without the interpreters of this test run.
    pub(crate) fn without_interpreters(settings: &str) -> Self {
        let home = Self::without_settings();
        fs::create_dir(home.path().join("config")).expect("a config folder");
        fs::write(home.settings_file(), format!("{settings}\n")).expect("settings");
        home
    }

    /// A new empty home.
    pub(crate) fn without_settings() -> Self {
        Self::within(tempfile::TempDir::new().expect("a temporary folder"))
    }

    fn within(folder: tempfile::TempDir) -> Self {
        Self(Arc::new(folder), Arc::new(TempDir::new().expect("a temporary folder")))
    }

    /// As [`Home::new`], at a path that programs could see if the service did not hide it.
    #[cfg(target_os = "linux")]
    pub(crate) fn in_sight(settings: &str) -> Self {
        let home = Self::within(TempDir::new().expect("a temporary folder").0);
        fs::create_dir(home.path().join("config")).expect("a config folder");
        home.save_settings(settings);
        home
    }

    /// Replaces `settings.toml`, as [`Home::new`] writes it.
    pub(crate) fn save_settings(&self, settings: &str) {
        let text = format!("{}\n{}{}", Self::open(settings), Self::granted(settings), interpreters(settings));
        fs::write(self.settings_file(), text).expect("settings");
    }

    /// `settings` at the level `none` where no sandbox is proven: there `auto` would refuse the interpreters of the tests. The
    /// key comes after the others, which stay in their lines.
    fn open(settings: &str) -> String {
        if cfg!(target_os = "linux") || settings.lines().any(|line| line.starts_with("isolation")) {
            return settings.to_owned();
        }
        let first_table = if settings.starts_with('[') { Some(0) } else { settings.find("\n[") };
        let (keys, tables) = settings.split_at(first_table.unwrap_or(settings.len()));
        let keys = if keys.is_empty() { String::new() } else { format!("{}\n", keys.trim_end_matches('\n')) };
        format!("{keys}isolation = \"none\"\n{}", tables.trim_start_matches('\n'))
    }

    /// Lets programs in the sandbox use the folders that they share with tests, unless `settings` say more about it.
    fn granted(settings: &str) -> String {
        if cfg!(target_os = "linux") && !settings.contains("[sandbox]") {
            format!("[sandbox]\nwrite = ['{}']\n", env!("CARGO_TARGET_TMPDIR"))
        } else {
            String::new()
        }
    }

    /// The path of its `settings.toml`.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.path().join("config").join("settings.toml")
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file for a test and its program, which cannot see the service's own folders.
    pub(crate) fn shared(&self, name: &str) -> PathBuf {
        self.1.path().join(name)
    }
}

/// Settings for the interpreters in the environment (`RUNTRAY_TEST_PYTHON`, `RUNTRAY_TEST_NODE`) and for the fake interpreter, if
/// it is built. A language that `settings` configure is left out.
fn interpreters(settings: &str) -> String {
    let chosen =
        [("python", "RUNTRAY_TEST_PYTHON"), ("node", "RUNTRAY_TEST_NODE")].into_iter().filter_map(|(table, name)| {
            let path = std::env::var(name).ok().filter(|_| !settings.contains(&format!("[{table}]")))?;
            Some(format!("[{table}]\npath = '{path}'\n"))
        });
    let fake = fake_interpreter()
        .filter(|path| path.exists())
        .map(|path| format!("[[language]]\nname = \"fake\"\ncommand = ['{}']\nextension = \"txt\"\n", path.display()));
    chosen.chain(fake).collect()
}

/// The program under test: that of `RUNTRAY_TEST_PROGRAM`, for example of an older version, or the one that cargo has built.
pub(crate) fn program_file() -> PathBuf {
    std::env::var_os("RUNTRAY_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_runtray").into(), PathBuf::from)
}

/// A command for `runtray` in `home`, without arguments.
pub(crate) fn runtray(home: &Home) -> Command {
    let mut command = Command::new(program_file());
    command.env("RUNTRAY_HOME", home.path()).env(BUILTIN_PYTHON, "");
    command
}

/// Calls `ask` until it returns a value, and gives that.
///
/// # Panics
/// There was no value in time; the message names `what` was waited for.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The path of the fake interpreter in cargo's output.
pub(crate) fn fake_interpreter() -> Option<PathBuf> {
    // In a cross-build, the path from cargo has no drive and would count as relative.
    let program = std::path::absolute(env!("CARGO_BIN_EXE_runtray")).ok()?;
    Some(program.parent()?.join("examples").join("fake-interpreter").with_extension(std::env::consts::EXE_EXTENSION))
}

/// A running `runtray serve`.
pub(crate) struct Service {
    child: Child,
    port: u16,
    home: Home,
    stderr: Arc<Mutex<String>>,
    agent: ureq::Agent,
}

impl Service {
    /// Starts with default settings.
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// Starts with `settings` in its `settings.toml`.
    pub(crate) fn start_with(settings: &str) -> Self {
        Self::start_in(&Home::new(settings), &[])
    }

    /// Starts in an existing home, with further arguments for `runtray serve`.
    ///
    /// # Panics
    /// The service did not report in time that it runs; the message has its stderr.
    pub(crate) fn start_in(home: &Home, arguments: &[&str]) -> Self {
        let mut command = runtray(home);
        command.args(["serve", "--port", "0"]).args(arguments);
        Self::start_by(command, home)
    }

    /// Starts in an existing home with the containment mode `mode`, or the default mode if that is empty.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_in_mode(home: &Home, mode: &str) -> Self {
        let mut command = runtray(home);
        command.args(["serve", "--port", "0"]);
        if !mode.is_empty() {
            command.env("RUNTRAY_CONTAINMENT", mode);
        }
        Self::start_by(command, home)
    }

    /// Starts by a command that becomes `runtray serve` in `home` with the same process id.
    ///
    /// # Panics
    /// The service did not report in time that it runs; the message has its stderr.
    pub(crate) fn start_by(mut command: Command, home: &Home) -> Self {
        // If the tests run as root, the service would require the token of every request.
        if command.get_envs().all(|(name, _)| name != CONTAINER) {
            command.env(CONTAINER, "1");
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runtray starts");
        let stderr = collect(child.stderr.take().expect("stderr is piped"));
        let ready = port(child.stdout.take().expect("stdout is piped")).recv_timeout(PATIENCE);
        let Ok(port) = ready else {
            child.kill().expect("runtray can be killed");
            let status = child.wait().expect("runtray ends");
            panic!("runtray did not start ({status}):\n{}", stderr.lock().expect("stderr"));
        };
        Self { child, port, home: home.clone(), stderr, agent: http::agent() }
    }

    /// The port on both loopback addresses.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its home, for example to start another service there.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// The folder that holds the runs' folders.
    pub(crate) fn runs_folder(&self) -> PathBuf {
        self.home.path().join("runs")
    }

    /// Its stderr so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().expect("stderr").clone()
    }

    /// Waits until its stderr contains `text`, and gives the stderr so far.
    pub(crate) fn says(&self, text: &str) -> String {
        eventually(&format!("{text:?} on stderr"), || Some(self.stderr()).filter(|told| told.contains(text)))
    }

    /// Kills it as `kill -9` would, and waits for its end.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.child.kill().expect("runtray can be killed");
        self.child.wait().expect("runtray ends")
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("runtray can be waited for")
    }

    /// Asks it to stop with SIGTERM, and waits for its end. On Windows, which has no such signal, kills it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.ask_to_stop();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(Instant::now() < deadline, "runtray does not stop:\n{}", self.stderr());
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[cfg(unix)]
    fn ask_to_stop(&mut self) {
        use nix::sys::signal::{Signal, kill};
        let pid = nix::unistd::Pid::from_raw(self.pid().try_into().expect("a pid"));
        kill(pid, Signal::SIGTERM).expect("runtray can be signalled");
    }

    #[cfg(not(unix))]
    fn ask_to_stop(&mut self) {
        self.child.kill().expect("runtray can be killed");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        drop(ended);
    }
}

/// Sends the port once the program reports it. Keeps reading, so that the pipe never breaks.
fn port(stdout: ChildStdout) -> Receiver<u16> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.strip_prefix(READY).and_then(|rest| rest.trim_end_matches('/').parse().ok());
            if port.is_some_and(|port| sender.send(port).is_err()) {
                return;
            }
        }
    });
    receiver
}

fn collect(mut stderr: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let collected = Arc::new(Mutex::new(String::new()));
    let target = Arc::clone(&collected);
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = stderr.read(&mut chunk) {
            target.lock().expect("stderr").push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
    });
    collected
}
