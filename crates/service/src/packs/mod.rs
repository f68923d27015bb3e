//! The packages of the built-in Python: changed by the program `runtray-packs`, which this room starts and listens to.
//!
//! That program has TLS, archives and a resolver, which no process that serves requests contains. Dropping a change ends it, and
//! leaves everything as it was.

mod fault;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use runtray_engine::interpreter::{self, Machine};
use runtray_engine::message::LocalizedMessage;
use runtray_wire::{PackEvent, PackProgress, Packs};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Command;

use crate::platform::paths::Paths;
use crate::sentences as s;

/// The program's file name. It is beside the built-in Python.
const PROGRAM: &str = if cfg!(windows) { "runtray-packs.exe" } else { "runtray-packs" };

/// Windows' flag for a process without a window.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;

/// The longest line that the program may write.
const LONGEST_LINE: u64 = 4 << 20;

/// The packages of the built-in Python.
#[derive(Debug, Clone)]
pub struct Packages {
    folder: PathBuf,
    machine: Machine,
}

impl Packages {
    /// The packages of the user with `paths`, for the built-in Python of `machine`.
    pub fn new(paths: &Paths, machine: Machine) -> Self {
        Self { folder: paths.packages_folder(), machine }
    }

    /// The installed packages.
    ///
    /// # Errors
    /// The mistake as a sentence.
    pub async fn list(&self) -> Result<Packs, LocalizedMessage> {
        self.run(&["list".into()], &mut |_| ()).await
    }

    /// Adds the packages `names` with everything that they need, or updates them. With wheels or folders of wheels in `from`,
    /// nothing is fetched, and no names are all packages in them. Tells `progress` how far it is.
    ///
    /// # Errors
    /// The mistake as a sentence. Nothing has changed then.
    pub async fn add(
        &self,
        names: &[String],
        from: &[PathBuf],
        progress: &mut (dyn FnMut(PackProgress) + Send),
    ) -> Result<Packs, LocalizedMessage> {
        let mut arguments = vec!["add".into(), "--python".into(), self.python()?.into()];
        for path in from {
            arguments.extend(["--from".into(), path.into()]);
        }
        if from.is_empty()
            && let Some(python) = self.own_python().await
        {
            arguments.extend(["--own-python".into(), python.into()]);
        }
        arguments.push("--".into());
        arguments.extend(names.iter().map(OsString::from));
        self.run(&arguments, progress).await
    }

    /// Removes the packages `names`, and the packages that only they need.
    ///
    /// # Errors
    /// The errors of [`add`](Self::add).
    pub async fn remove(
        &self,
        names: &[String],
        progress: &mut (dyn FnMut(PackProgress) + Send),
    ) -> Result<Packs, LocalizedMessage> {
        let mut arguments = vec!["remove".into(), "--python".into(), self.python()?.into(), "--".into()];
        arguments.extend(names.iter().map(OsString::from));
        self.run(&arguments, progress).await
    }

    fn python(&self) -> Result<&Path, LocalizedMessage> {
        self.machine.built_in().ok_or_else(|| s::PACKS_NO_BUILT_IN.message())
    }

    /// An own Python, whose pip knows where the index is if nothing else does.
    async fn own_python(&self) -> Option<PathBuf> {
        let found = interpreter::pythons(self.machine.clone(), None).await.found;
        found.into_iter().find(|found| !found.built_in).map(|found| found.path)
    }

    async fn run(
        &self,
        arguments: &[OsString],
        progress: &mut (dyn FnMut(PackProgress) + Send),
    ) -> Result<Packs, LocalizedMessage> {
        let program = self.python()?.with_file_name(PROGRAM);
        if !program.is_file() {
            return Err(s::PACKS_NO_PROGRAM.with("program", program.display()));
        }
        let mut command = Command::new(&program);
        command.arg("--folder").arg(&self.folder).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(NO_WINDOW);
        let broken = |cause: String| s::PACKS_BROKEN.with("program", program.display()).with("cause", cause);
        let mut child = command.spawn().map_err(|error| broken(error.to_string()))?;
        let last = match child.stdout.take() {
            Some(stdout) => listen(stdout, progress).await,
            None => None,
        };
        let ended = child.wait().await;
        match last {
            Some(PackEvent::Done(packs)) => Ok(packs),
            Some(PackEvent::Failed(fault)) => Err(fault::message(fault)),
            // A program that ends without its last message has failed.
            Some(PackEvent::Progress(_)) | None => {
                Err(broken(ended.map_or_else(|error| error.to_string(), |ended: ExitStatus| ended.to_string())))
            }
        }
    }
}

/// Passes progress on until the program has written its last message, and returns that.
async fn listen(stdout: impl AsyncRead + Unpin, progress: &mut (dyn FnMut(PackProgress) + Send)) -> Option<PackEvent> {
    let mut lines = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = tokio::io::AsyncReadExt::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut line).await;
        if read.ok()? == 0 {
            return None;
        }
        match serde_json::from_slice(&line).ok()? {
            PackEvent::Progress(step) => progress(step),
            last => return Some(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use runtray_wire::{PackEvent, PackFault};

    use super::listen;

    #[tokio::test]
    async fn the_last_message_ends_it_and_nonsense_too() {
        let progress = r#"{"progress":{"step":"download","name":"rich","done":1,"total":2}}"#;
        let failed = r#"{"failed":{"code":"offline","host":"a","cause":"b"}}"#;
        let told = format!("{progress}\n{failed}\n{progress}\n");
        let mut steps = Vec::new();
        let last = listen(told.as_bytes(), &mut |step| steps.push(step.name)).await;
        let offline = PackFault::Offline { host: "a".to_owned(), cause: "b".to_owned() };
        assert_eq!((last, steps), (Some(PackEvent::Failed(offline)), vec!["rich".to_owned()]));
        for nothing in ["", progress, "panicked\n"] {
            assert_eq!(listen(nothing.as_bytes(), &mut |_| ()).await, None, "{nothing:?}");
        }
    }
}
