//! Giving access, and taking it away.

use std::io::{self, ErrorKind};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use runtray_engine::interpreter::Machine;
use runtray_engine::language::Languages;
use runtray_engine::{Access, delete_profiles, has_app_containers, sandbox_access};
use runtray_service::paths::Paths;
use runtray_service::sandbox_policy;
use runtray_service::settings::Settings;

use super::record::{Given, Record};
use crate::commands::configuration::settings;
use crate::{exit, print};

/// The interval of the lines that say that the work goes on.
const PROGRESS: Duration = Duration::from_secs(5);

/// Gives the access that runs at the level `sandbox` need with these settings.
///
/// # Errors
/// This Windows has no AppContainers, no own Python is installed, or Windows does not let this user change a folder's rights.
pub(in crate::commands) async fn grant() -> Result<ExitCode> {
    if !has_app_containers() {
        bail!("this Windows has no AppContainers, which Windows 10 and newer have, so there is no sandbox");
    }
    let (paths, loaded) = settings()?;
    let mut record = Record::open(&paths.sandbox_access_file())?;
    print::note("The sandbox for Windows has not been proven on a real Windows yet.");
    for access in needed(&paths, &loaded.settings).await? {
        if record.is_unfinished(access.capability()) || !access.is_given()? {
            give(&access, &mut record)?;
        }
        print::line(format_args!("{}: programs in the sandbox may use it", access.path().display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The access to the own Python in use and to the folders in the settings.
async fn needed(paths: &Paths, settings: &Settings) -> Result<Vec<Access>> {
    let languages = Languages::new(settings.choices(), Machine::this());
    let python = languages.find("python").ok_or_else(|| anyhow!("Python is not a language here"))?;
    let runtime = languages.runtime(python).await.map_err(|reason| anyhow!("{reason}"))?;
    if runtime.is_built_in() {
        bail!(
            "the Python in use is the built-in one, which needs no access. Install a Python, or choose yours in the settings"
        );
    }
    let policy = sandbox_policy(&languages, settings).await;
    let hidden = [paths.hidden(), vec![paths.runs.clone()]].concat();
    sandbox_access(&runtime, &policy, &hidden)
        .map_err(|reason| anyhow!("the sandbox cannot run programs with these settings: {reason}"))
}

fn give(access: &Access, record: &mut Record) -> Result<()> {
    let path = access.path().to_path_buf();
    let given = |complete| Given { path: path.clone(), capability: access.capability().to_owned(), complete };
    record.note(given(false))?;
    print::note(format_args!("{}: giving access to every file in it …", path.display()));
    patiently(|| access.give())
        .map_err(|error| anyhow!("cannot give access to {}: {}", path.display(), advice(&error)))?;
    record.note(given(true))
}

/// Does `work` on another thread, and prints lines while it goes on.
fn patiently(work: impl FnOnce() -> io::Result<()> + Send) -> io::Result<()> {
    let (done, wait) = mpsc::channel();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || done.send(work()));
        loop {
            match wait.recv_timeout(PROGRESS) {
                Ok(result) => return result,
                Err(mpsc::RecvTimeoutError::Timeout) => print::note(format_args!("… {} s", start.elapsed().as_secs())),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(io::Error::other("the work ended early")),
            }
        }
    })
}

fn advice(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => format!(
            "{error} It belongs to another user: install Python for you alone, or run this command once as administrator"
        ),
        _ => error.to_string(),
    }
}

/// Takes away all access that was given, and deletes the profiles of AppContainers. Uninstallers call it.
///
/// # Errors
/// The record cannot be read or written.
pub(in crate::commands) fn revoke() -> Result<ExitCode> {
    let mut record = Record::open(&Paths::find()?.sandbox_access_file())?;
    let mut is_whole = true;
    let mut failed = |what: &str, error: &io::Error| {
        print::note(format_args!("runtray: {what}: {error}"));
        is_whole = false;
    };
    let taken = record.forget(|given| {
        let result = patiently(|| Access::take_away(&given.path, &given.capability));
        result.inspect_err(|error| failed(&given.path.display().to_string(), error)).is_ok()
    })?;
    if let Err(error) = delete_profiles() {
        failed("an AppContainer could not be deleted", &error);
    }
    print::line(format_args!("Access to {taken} folders was taken away."))?;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}
