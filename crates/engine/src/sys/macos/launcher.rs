//! Starts runs.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use nix::unistd::ttyname;
use tokio::sync::watch;

use super::child;
use super::record;
use super::sandbox;
use super::tree::Tree;
use super::watcher::SharedWatcher;
use crate::isolation::SandboxReport;
use crate::outcome::Containment;
use crate::sys::launch::Launch;
use crate::sys::pipes::Pipes;
use crate::sys::streams;
use crate::text::message::LocalizedMessage;

/// Starts process trees, each registered with the watcher.
pub(crate) struct Launcher {
    watcher: SharedWatcher,
    sandbox: watch::Sender<Option<SandboxReport>>,
}

impl Launcher {
    /// Starts the watcher, and finds out in the background whether there is a sandbox.
    pub(crate) fn start() -> io::Result<Self> {
        let launcher = Self { watcher: SharedWatcher::start()?, sandbox: watch::Sender::new(None) };
        let sandbox = launcher.sandbox.clone();
        thread::Builder::new().spawn(move || drop(sandbox.send_replace(Some(sandbox::find()))))?;
        Ok(launcher)
    }

    /// Watch channel of how trees are contained; constant on macOS.
    pub(crate) fn containment(&self) -> watch::Receiver<Option<Containment>> {
        watch::Sender::new(Some(Containment::ProcessGroup)).subscribe()
    }

    /// Watch channel of the sandbox of this machine; `None` until it is known.
    pub(crate) fn sandbox(&self) -> watch::Receiver<Option<SandboxReport>> {
        self.sandbox.subscribe()
    }

    /// Always `None`: a watcher that is gone is replaced before each run.
    pub(crate) fn trouble(&self) -> watch::Receiver<Option<LocalizedMessage>> {
        watch::Sender::new(None).subscribe()
    }

    /// Starts `launch` in its own session.
    pub(crate) async fn launch(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        let (pipes, [stdin, stdout, stderr]) = streams::open(launch.terminal)?;
        let terminal = launch.terminal.and_then(|_| ttyname(&stdin).ok());
        let mut command = match launch.sandbox {
            Some(grants) => sandbox::command(launch, grants, terminal.as_deref())?,
            None => Command::new(launch.program),
        };
        command.args(launch.args).env_clear().envs(launch.env.iter().map(|(name, value)| (name, value)));
        // Our copies of its streams are closed when the command is dropped.
        command.current_dir(launch.folder).stdin(stdin).stdout(stdout).stderr(stderr);
        let mark = record::mark(launch.folder);
        let main = self.spawn(command, launch, mark)?;
        Ok((Tree::new(main, mark, launch.limits, self.watcher.clone())?, pipes))
    }

    /// Starts the main process and returns its pid. A dead watcher is replaced first, because nothing may run without one.
    fn spawn(&self, mut command: Command, launch: &Launch<'_>, mark: &[u8]) -> io::Result<i32> {
        let mut watcher = self.watcher.lock();
        watcher.revive()?;
        let (limits, mut record, descriptor) = (launch.limits.clone(), record::begun(mark), watcher.descriptor());
        let has_terminal = launch.terminal.is_some();
        // SAFETY: `prepare` makes system calls only, and the lock keeps the descriptor open until the child has been started.
        #[expect(unsafe_code, reason = "code between fork and exec")]
        unsafe {
            command.pre_exec(move || child::prepare(&limits, has_terminal, &mut record, descriptor));
        }
        let main = command.spawn().inspect_err(|_| watcher.not_started(mark))?.id().cast_signed();
        watcher.begun(main, mark);
        Ok(main)
    }
}
