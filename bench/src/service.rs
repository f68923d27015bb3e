//! The process of a service under test.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::client::Client;
use crate::environment;
use crate::setup::Setup;
use crate::sys;

/// The interval at which a starting service is asked.
const POLL: Duration = Duration::from_micros(250);
/// How long a service may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Arguments of Jupyter Server for local use by a program: without a password and without a browser.
const JUPYTER: &[&str] = &[
    "-m",
    "jupyter_server",
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--ServerApp.disable_check_xsrf=True",
    "--IdentityProvider.token=",
];

/// The services to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `runtray serve` with its default settings: an interpreter of each used language is prestarted.
    Runtray,
    /// `runtray serve` without prestarted interpreters.
    Cold,
    /// `runtray serve` without a sandbox.
    Open,
    /// The same without prestarted interpreters.
    OpenCold,
    /// `runtray serve` with the built-in Python.
    BuiltIn,
    /// The same without prestarted interpreters.
    BuiltInCold,
    /// `runtray serve` with the built-in Python that has the science pack.
    Science,
    /// `python flask_service.py`.
    Flask,
    /// `python -m jupyter_server`, the peer.
    Jupyter,
}

impl Kind {
    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Runtray => "runtray",
            Self::Cold => "runtray cold",
            Self::Open => "runtray without a sandbox",
            Self::OpenCold => "runtray without a sandbox, cold",
            Self::BuiltIn => "built-in Python",
            Self::BuiltInCold => "built-in Python, cold",
            Self::Science => "science pack",
            Self::Flask => "flask",
            Self::Jupyter => "jupyter",
        }
    }

    /// The settings of Runtray. `auto` is not left to decide: it chooses by the machine.
    fn settings(self, setup: &Setup) -> String {
        let row = |name: &str, path: &Path| format!("[{name}]\npath = '{}'\n", path.display());
        let isolation = match self {
            Self::Open | Self::OpenCold => "isolation = \"none\"\n",
            Self::BuiltIn | Self::BuiltInCold | Self::Science => "isolation = \"wasm\"\n",
            _ => "",
        };
        let python = if self == Self::Science { Path::new("science") } else { &setup.interpreters.python.path };
        let mut settings = isolation.to_owned() + &row("python", python);
        settings.extend(setup.interpreters.node.as_ref().map(|node| row("node", &node.path)));
        if matches!(self, Self::Cold | Self::OpenCold | Self::BuiltInCold) {
            settings += "[warm]\nmemory_bytes = 0\n";
        }
        settings
    }

    /// A path that answers once the service is ready.
    fn health(self) -> &'static str {
        if self == Self::Jupyter { "/api/status" } else { "/health" }
    }
}

/// The folder of a service. Dropping it deletes the folder.
pub(crate) struct Home(TempDir);

/// A running service. Dropping it ends the process.
pub(crate) struct Service<'a> {
    child: Child,
    port: u16,
    /// The time from the start of the process to its first healthy answer.
    pub(crate) startup: Duration,
    _home: &'a Home,
}

impl Home {
    /// A folder for a service of `kind` as after installing. It only contains the settings.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn new(setup: &Setup, kind: Kind) -> Result<Self> {
        let home = TempDir::with_prefix("runtray-bench-")?;
        let folder = home.path().join("config");
        fs::create_dir(&folder)?;
        fs::write(folder.join("settings.toml"), kind.settings(setup))?;
        Ok(Self(home))
    }

    /// Makes `name` in it a link to `target`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn link(&self, name: &str, target: &Path) -> Result<()> {
        sys::link(target, &self.0.path().join(name))
    }
}

impl<'a> Service<'a> {
    /// Starts the service and waits until it is healthy.
    ///
    /// # Errors
    /// The service cannot be started, ends, or is not healthy in time.
    pub(crate) fn start(setup: &Setup, kind: Kind, home: &'a Home) -> Result<Self> {
        let port = free_port()?;
        let log = home.0.path().join("stderr.txt");
        let mut command = command(setup, kind, home.0.path(), port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut service = Self { child, port, startup: Duration::ZERO, _home: home };
        wait_until_healthy(&mut service.child, port, kind.health()).with_context(|| {
            let log_text = fs::read_to_string(log).unwrap_or_default();
            format!("{} did not start; it said:\n{log_text}", kind.name())
        })?;
        service.startup = began.elapsed();
        Ok(service)
    }

    /// A client with its own connection.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the service itself.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        // The call only fails if the service has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `child` answers a request for `path` on `port`.
///
/// # Errors
/// The process ends, or does not answer in time.
pub(crate) fn wait_until_healthy(child: &mut Child, port: u16, path: &str) -> Result<()> {
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = child.try_wait()? {
            bail!("it ended with {status}");
        }
        if began.elapsed() > PATIENCE {
            bail!("nothing listens on port {port} after {} s", PATIENCE.as_secs());
        }
        thread::sleep(POLL);
    }
    Client::new(port).get(path).map(drop)
}

fn command(setup: &Setup, kind: Kind, home: &Path, port: u16) -> Command {
    let ours = !matches!(kind, Kind::Flask | Kind::Jupyter);
    let mut command = Command::new(if ours { &setup.runtray } else { &setup.interpreters.python.path });
    environment::set(&mut command);
    match kind {
        Kind::Flask => command.arg(&setup.flask_service).env("PORT", port.to_string()),
        Kind::Jupyter => command.args(JUPYTER).arg(format!("--ServerApp.port={port}")).env("HOME", home),
        _ => command.args(["serve", "--port", &port.to_string()]).env("RUNTRAY_HOME", home),
    };
    command
}

/// A port without a listener.
///
/// # Errors
/// No port is free.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
