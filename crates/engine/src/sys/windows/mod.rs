//! Windows: one Job Object per run.
//!
//! A program is created inside its job, so nothing it starts can be outside; it inherits three handles and no other. The only
//! handle to the job is ours: when this process dies, in whatever way, Windows closes it and kills every process of the job. No
//! process can leave the job, because no breakaway flag is set.
//!
//! At the level `sandbox` its processes are also in an AppContainer.

mod app_container;
mod command_line;
mod connection_owner;
pub(crate) mod console;
mod exit_wait;
mod job_object;
mod open_files;
mod pipe;
mod private_folder;
mod process;
mod streams;
#[cfg(test)]
pub(super) mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_QUOTA};

use super::exit::{Breach, Exit};
use super::launch::Launch;
use super::pipes::Pipes;
pub use app_container::{Access, delete_profiles, has_app_containers};
use app_container::{AppContainers, Confinement, Lease};
pub(crate) use app_container::{access, is_store_program};
pub(crate) use connection_owner::is_own_connection;
use console::Console;
pub(crate) use console::Terminal;
use job_object::{Accounts, JobObject, Message};
pub(crate) use open_files::OpenFiles;
pub(crate) use pipe::client as pipe_client;
pub(crate) use private_folder::close as close_folder;
pub(crate) use process::starting;
use process::{Process, Streams};

use crate::isolation::{Lack, SandboxReport};
use crate::outcome::Containment;
use crate::session::Signal;
use crate::text::message::LocalizedMessage;

/// The interval of checks. Windows limits user time by itself, but not system time, and keeps messages until they are fetched.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The longest pause between two checks of a killed job.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// How long the slot of a killed tree waits for the tree's end.
const OUTLASTING: Duration = Duration::from_secs(60);

/// The exit code of killed processes. Windows has no such exception, so no program ends with it by itself.
const KILLED: u32 = 0xC0DE_DEAD;

/// The range of exit codes that are an NTSTATUS or an exception of a language runtime. Above are small negative exit codes.
const EXCEPTIONS: std::ops::Range<u32> = 0xC000_0000..0xF000_0000;

/// Must be called first in `main`. Keeps Windows from showing a dialog for a crashing child, which inherits the setting.
pub fn enter() {
    process::silence_error_dialogs();
}

/// Starts process trees.
pub(crate) struct Launcher {
    /// `None` if this Windows has none.
    containers: Option<AppContainers>,
}

impl Launcher {
    /// Nothing has to be started before the first run.
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self { containers: AppContainers::open() })
    }

    /// Watch channel of how trees are contained; constant on Windows.
    pub(crate) fn containment(&self) -> watch::Receiver<Option<Containment>> {
        watch::Sender::new(Some(Containment::JobObject)).subscribe()
    }

    /// Watch channel of the sandbox of this machine; constant on Windows.
    pub(crate) fn sandbox(&self) -> watch::Receiver<Option<SandboxReport>> {
        let report = if self.containers.is_some() {
            SandboxReport::unproven()
        } else {
            SandboxReport::lacking(Lack::AppContainer)
        };
        watch::Sender::new(Some(report)).subscribe()
    }

    /// Always `None`: there is no process between us and a program.
    pub(crate) fn trouble(&self) -> watch::Receiver<Option<LocalizedMessage>> {
        watch::Sender::new(None).subscribe()
    }

    /// Starts `launch` in its own job.
    pub(crate) async fn launch(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        let (pipes, streams) = match launch.terminal {
            Some(size) => streams::console(size).await.map(|(pipes, console)| (pipes, Streams::Console(console)))?,
            None => streams::pipes().await.map(|(pipes, handles)| (pipes, Streams::Pipes(handles)))?,
        };
        let container = self.container(launch).await?;
        let (process, job) = start(launch, &streams, container.as_ref())?;
        let tree = Tree {
            process,
            job: Arc::new(job),
            lease: container.map(Confinement::into_lease),
            console: if let Streams::Console(console) = streams { Some(console) } else { None },
            cpu_limit: launch.limits.cpu,
            before: Duration::ZERO,
            breach: None,
            memory_refused: false,
        };
        Ok((tree, pipes))
    }

    /// The AppContainer of a program at the level `sandbox`.
    async fn container(&self, launch: &Launch<'_>) -> io::Result<Option<Confinement>> {
        match (launch.sandbox, &self.containers) {
            (None, _) => Ok(None),
            (Some(grants), Some(containers)) => containers.confine(launch, grants).await.map(Some),
            (Some(_), None) => Err(io::Error::other("this Windows has no AppContainers")),
        }
    }
}

/// Starts a program in a job of its own, which is restricted if Windows can do that.
fn start(launch: &Launch<'_>, streams: &Streams, container: Option<&Confinement>) -> io::Result<(Process, JobObject)> {
    if !job_object::is_in_a_job() {
        let job = JobObject::new(launch.limits)?;
        job.restrict_user_interface()?;
        match Process::start(launch, streams, &job, container) {
            // Other software may have put us into a job without a trace.
            Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED.cast_signed()) => {}
            started => return started.map(|process| (process, job)),
        }
    }
    let job = JobObject::new(launch.limits)?;
    Process::start(launch, streams, &job, container).map(|process| (process, job))
}

/// A running process tree. Dropping it closes the job, which kills the tree.
pub(crate) struct Tree {
    process: Process,
    job: Arc<JobObject>,
    /// The slot of its AppContainer, which no other run may have before this tree is gone.
    lease: Option<Lease>,
    /// Closed when the tree is gone; only then do our pipes end.
    console: Option<Arc<Console>>,
    cpu_limit: Duration,
    before: Duration,
    breach: Option<Breach>,
    memory_refused: bool,
}

impl Tree {
    /// How the tree is contained.
    pub(crate) fn containment(&self) -> Containment {
        Containment::JobObject
    }

    /// The program leaves its barrier. Its usage so far is not counted.
    pub(crate) async fn begin(&mut self) -> io::Result<()> {
        self.before = self.job.accounts()?.cpu;
        Ok(())
    }

    /// Whether the living process with this id is in the tree.
    pub(crate) fn contains(&self, process: u32) -> bool {
        self.job.contains(process)
    }

    /// The tree's peak memory; of a waiting program, the peak of its start.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        self.job.peak_memory_bytes().ok()
    }

    /// The unlinked files of its processes.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(crate) fn open_files(&self) -> OpenFiles {
        OpenFiles
    }

    /// False: Windows has no signal for a process without a shared console.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(crate) fn signal(&mut self, _: Signal) -> bool {
        false
    }

    /// Starts to kill the tree.
    pub(crate) fn kill(&mut self) {
        self.job.terminate(KILLED);
    }

    /// Waits until no process of the tree is left. The tree ends with its main process. Cancel safe.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        self.watch().await?;
        self.kill();
        let mut pause = Duration::from_millis(1);
        loop {
            let accounts = self.job.accounts()?;
            if accounts.active_processes == 0 {
                self.fetch_messages();
                if let Some(console) = self.console.take() {
                    console.release();
                }
                drop(self.lease.take());
                return self.exit(&accounts);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn watch(&mut self) -> io::Result<()> {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.process.ended() => return Ok(()),
                _ = looks.tick() => {}
            }
            self.fetch_messages();
            if self.job.accounts()?.cpu >= self.cpu_limit {
                self.stop(Breach::Cpu);
            }
        }
    }

    fn fetch_messages(&mut self) {
        while let Some(message) = self.job.message() {
            match message {
                Message::MemoryRefused => self.memory_refused = true,
                Message::Other => {}
            }
        }
    }

    fn stop(&mut self, breach: Breach) {
        self.breach.get_or_insert(breach);
        self.kill();
    }

    fn exit(&self, accounts: &Accounts) -> io::Result<Exit> {
        let code = self.process.exit_code()?;
        Ok(Exit {
            code: (code != KILLED && !EXCEPTIONS.contains(&code)).then_some(code.cast_signed()),
            signal: (code != KILLED && EXCEPTIONS.contains(&code)).then(|| format!("0x{code:08X}")),
            cpu: accounts.cpu.saturating_sub(self.before),
            peak_memory_bytes: self.job.peak_memory_bytes()?,
            breach: self.breach.or_else(|| self.breach_shown_by(code, accounts)),
        })
    }

    /// Keeps the slot until no process is left. Gives it up if that takes too long.
    fn outlast(job: Arc<JobObject>, lease: Lease) {
        for _ in 0..OUTLASTING.as_millis() / LONGEST_PAUSE.as_millis() {
            if job.accounts().is_ok_and(|accounts| accounts.active_processes == 0) {
                return drop(lease);
            }
            std::thread::sleep(LONGEST_PAUSE);
        }
        tracing::warn!("a killed program does not end; its slot of the sandbox is not used again");
        std::mem::forget(lease);
    }

    /// The limit that Windows enforced by itself. A refused allocation counts as the cause only if the program then failed.
    fn breach_shown_by(&self, code: u32, accounts: &Accounts) -> Option<Breach> {
        if code == ERROR_NOT_ENOUGH_QUOTA && accounts.cpu >= self.cpu_limit {
            return Some(Breach::Cpu);
        }
        (self.memory_refused && code != 0 && code != KILLED).then_some(Breach::Memory)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.kill();
            let job = Arc::clone(&self.job);
            std::thread::spawn(move || Self::outlast(job, lease));
        }
    }
}
