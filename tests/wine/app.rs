//! The running app, and requests to it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::port;
use crate::session::{Session, as_windows_sees, programs, until};

/// The app, started by Wine.
pub(crate) struct App {
    child: Child,
    /// The port that its settings name.
    pub(crate) port: u16,
}

impl App {
    /// Starts it in the tray on a free port, and waits until it answers.
    pub(crate) fn hidden(session: &Session) -> Self {
        let app = Self::start(session, &["--hidden"]);
        until("a healthy answer", || app.is_healthy().then_some(()));
        app
    }

    /// Starts it on a free port.
    pub(crate) fn start(session: &Session, arguments: &[&str]) -> Self {
        Self::start_on(session, port::free(), arguments)
    }

    /// Starts it on this port.
    pub(crate) fn start_on(session: &Session, port: u16, arguments: &[&str]) -> Self {
        save_settings(session, port);
        let child = command(session, arguments).spawn().expect("wine; `cargo xtask test` installs it");
        Self { child, port }
    }

    /// Whether the service answers.
    pub(crate) fn is_healthy(&self) -> bool {
        port::answers(self.port)
    }

    /// Runs a program in the fake interpreter and gives the whole answer.
    pub(crate) fn run(&self, code: &str) -> Value {
        post(self.port, code)
    }

    /// Waits for its end. Whether its exit code is 0.
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
        // Both calls only fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command for the app with these arguments.
pub(crate) fn command(session: &Session, arguments: &[&str]) -> Command {
    let mut command = session.windows_command(programs().join("runtray-desktop.exe"));
    command.args(arguments);
    command
}

/// Posts a program for the fake interpreter and gives the whole answer.
pub(crate) fn post(port: u16, code: &str) -> Value {
    execute(port, &json!({ "code": code, "language": "fake" }))
}

/// Posts a program for the Python that the service chooses, and gives the whole answer.
pub(crate) fn post_python(port: u16, code: &str) -> Value {
    execute(port, &json!({ "code": code }))
}

fn execute(port: u16, request: &Value) -> Value {
    let url = format!("http://127.0.0.1:{port}/execute");
    let answer = ureq::post(url).send_json(request).expect("an answer");
    serde_json::from_reader(answer.into_body().into_reader()).expect("JSON")
}

fn save_settings(session: &Session, port: u16) {
    let folder = session.home().join("config");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("settings.toml"), settings_text(port)).expect("a file");
}

/// The settings of a user after the first start, with the fake interpreter, which nothing isolates. Other users are allowed,
/// because Wine cannot tell which user a program outside of it belongs to.
pub(crate) fn settings_text(port: u16) -> String {
    let fake = as_windows_sees(&programs().join("examples/fake-interpreter.exe"));
    format!(
        "isolation = \"none\"\nport = {port}\nstop_grace_ms = 0\nsame_user_only = false\n\n[desktop]\nlanguage = \"en\"\nwelcomed = true\n\n\
         [[language]]\nname = \"fake\"\ncommand = ['{fake}']\nextension = \"txt\"\n"
    )
}

/// The app's log.
pub(crate) fn log(session: &Session) -> String {
    log_below(&session.home())
}

/// The log of an app with its data below this folder.
pub(crate) fn log_below(home: &Path) -> String {
    let files = fs::read_dir(home.join("data/log")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
}

/// The Windows programs of this session by their command lines, without Wine's own.
pub(crate) fn programs_running(session: &Session) -> Vec<String> {
    let home = format!("RUNTRAY_HOME={}", as_windows_sees(&session.home()));
    let processes = fs::read_dir("/proc").expect("a list of processes").flatten().map(|entry| entry.path());
    let belong = processes.filter(|process| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
    });
    let lines = belong.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default());
    lines.filter(|line| line.contains(".exe") && !line.to_lowercase().contains(r"c:\windows\")).collect()
}
