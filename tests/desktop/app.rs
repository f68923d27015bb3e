//! The app in a session, and requests to it.

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::port;
use crate::session::{Session, until};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_runtray-desktop");

/// The running app.
pub(crate) struct App {
    child: Child,
    /// The port that it serves on.
    pub(crate) port: u16,
    log: std::path::PathBuf,
}

impl App {
    /// Starts the app in the tray.
    pub(crate) fn hidden(session: &Session) -> Self {
        let mut command = session.command(PROGRAM);
        command.arg("--hidden");
        Self::start(session, command)
    }

    /// Starts the app by `command` on a free port.
    pub(crate) fn start(session: &Session, mut command: Command) -> Self {
        let port = port::free();
        settings(session, port, "");
        Self::start_as_it_is(session, &mut command, port)
    }

    /// Starts the app by `command` with the existing settings.
    pub(crate) fn start_as_it_is(session: &Session, command: &mut Command, port: u16) -> Self {
        let log = session.folder().join("stderr.txt");
        let file = File::create(&log).expect("a file");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().expect("the app starts");
        Self { child, port, log }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its standard error so far.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether the service answers.
    pub(crate) fn is_healthy(&self) -> bool {
        port::answers(self.port)
    }

    /// Waits until the service answers.
    pub(crate) fn serving(self) -> Self {
        until("a healthy answer", || self.is_healthy().then_some(()));
        self
    }

    /// Runs a Python program and gives the whole answer.
    pub(crate) fn run(&self, code: &str) -> Value {
        let url = format!("http://127.0.0.1:{}/execute", self.port);
        let answer = ureq::post(url).send_json(json!({ "code": code })).expect("an answer");
        serde_json::from_reader(answer.into_body().into_reader()).expect("JSON")
    }

    /// Waits for the app's end, and returns whether its exit code is 0.
    pub(crate) fn ended(&mut self) -> bool {
        until("the end of the app", || self.child.try_wait().expect("a child")).success()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the app said:\n{}", self.stderr());
        }
        // Both calls only fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the settings of a user after the first start. Programs share files with the tests, which the sandbox forbids.
pub(crate) fn settings(session: &Session, port: u16, more: &str) {
    let folder = session.home().join("config");
    fs::create_dir_all(&folder).expect("a folder");
    let text = format!("port = {port}\nisolation = \"none\"\n{more}\n[desktop]\nlanguage = \"en\"\nwelcomed = true\n");
    fs::write(folder.join("settings.toml"), text).expect("a file");
}

/// The processes that were started with this session's folders, including the app's own.
pub(crate) fn processes(session: &Session) -> Vec<u32> {
    let home = format!("RUNTRAY_HOME={}", session.home().display());
    let belongs = |pid: &u32| {
        let mut environment = Vec::new();
        let read = File::open(format!("/proc/{pid}/environ")).and_then(|mut file| file.read_to_end(&mut environment));
        read.is_ok() && environment.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
    };
    let entries = fs::read_dir("/proc").expect("a list of processes");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(belongs).collect()
}
