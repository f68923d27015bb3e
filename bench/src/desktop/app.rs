//! An app that runs in the tray of its own session.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::Args;
use crate::service::{free_port, wait_until_healthy};
use crate::session::Session;
use crate::tray::{Panel, Tray};

/// The apps that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Runtray.
    Runtray,
    /// The minimal app.
    Minimal,
}

impl Kind {
    /// Both apps, Runtray first.
    pub(super) const BOTH: [Self; 2] = [Self::Runtray, Self::Minimal];

    /// The name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Runtray => "runtray-desktop",
            Self::Minimal => "minimal app",
        }
    }

    /// The title of its window.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Runtray => "Runtray",
            Self::Minimal => "Minimal",
        }
    }

    fn program(self, args: &Args) -> &Path {
        match self {
            Self::Runtray => &args.app,
            Self::Minimal => &args.minimal,
        }
    }
}

/// A running app. Dropping it ends the app and its session.
pub(super) struct App {
    child: Child,
    port: u16,
    panel: Panel,
    began: Instant,
    /// The session it runs in.
    pub(super) session: Session,
}

impl App {
    /// Starts the app in the tray.
    ///
    /// # Errors
    /// The program does not exist.
    pub(super) fn start(args: &Args, kind: Kind) -> Result<Self> {
        let session = Session::new();
        let panel = Panel::new(&session);
        let port = free_port()?;
        let mut command = session.command(kind.program(args));
        if kind == Kind::Runtray {
            welcomed(&session)?;
            command.args(["--hidden", "--port", &port.to_string()]);
        }
        let began = Instant::now();
        let child = spawn(&mut command)?;
        Ok(Self { child, port, panel, began, session })
    }

    /// Waits until the service answers, and gives the time since the start.
    ///
    /// # Errors
    /// The service does not answer in time.
    pub(super) fn healthy(&mut self) -> Result<Duration> {
        wait_until_healthy(&mut self.child, self.port, "/health")?;
        Ok(self.began.elapsed())
    }

    /// Waits until the icon is registered, and gives the time since the start.
    pub(super) fn icon(&self) -> (Tray, Duration) {
        let tray = self.panel.tray();
        (tray, self.began.elapsed())
    }

    /// The id of its main process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // The call only fails if the app has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the settings of a user after the first start, so that the window shows its usual view.
fn welcomed(session: &Session) -> Result<()> {
    let folder = session.home().join("config");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("settings.toml"), "[desktop]\nwelcomed = true\n").context("cannot write the app's settings")
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
}
