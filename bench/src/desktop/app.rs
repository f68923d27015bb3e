//! One of the apps, running in the tray of a session of its own.

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
    /// Runtray's.
    Runtray,
    /// The least that such an app is.
    Minimal,
}

impl Kind {
    /// Both, ours first.
    pub(super) const BOTH: [Self; 2] = [Self::Runtray, Self::Minimal];

    /// The name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Runtray => "runtray-desktop",
            Self::Minimal => "minimal app",
        }
    }

    /// What its window is called.
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

/// A running app. Dropping it ends it and its session.
pub(super) struct App {
    child: Child,
    port: u16,
    panel: Panel,
    began: Instant,
    /// Where it runs.
    pub(super) session: Session,
}

impl App {
    /// Starts it in the tray.
    ///
    /// # Errors
    /// There is no such program.
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

    /// Waits until its service answers, and gives how long that took from the start.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) fn healthy(&mut self) -> Result<Duration> {
        wait_until_healthy(&mut self.child, self.port, "/health")?;
        Ok(self.began.elapsed())
    }

    /// Waits until its icon is there, and gives how long that took from the start.
    pub(super) fn icon(&self) -> (Tray, Duration) {
        let tray = self.panel.tray();
        (tray, self.began.elapsed())
    }

    /// The process that all of its others come from.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // It may have ended by itself, which is all that is wanted here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The settings of a user who has seen the app before, whose window shows what it usually does.
fn welcomed(session: &Session) -> Result<()> {
    let folder = session.home().join("config");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("settings.toml"), "[desktop]\nwelcomed = true\n").context("cannot write the app's settings")
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
}
