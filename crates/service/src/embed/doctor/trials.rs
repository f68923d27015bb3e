//! Programs that show whether something works, and programs that try actions that the sandbox forbids.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use runtray_engine::language::{Languages, Runtime, Unavailable};
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Engine, Event, EventSink, Isolation, Job, Outcome, Outward, Policy, Request, SandboxReport};
use tokio::io::AsyncWriteExt as _;

use super::check::{Check, FILES_CLOSED, NETWORK_CLOSED, NETWORK_OUTWARD, PYTHON};
use crate::runs::isolation::{self, Chosen};
use crate::sentences as s;
use crate::settings::Settings;

/// How long a test program may run; a loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// The content that a test program must not reach.
const SECRET: &str = "runtray-doctor";
/// The output of a test program if the system refuses its attempt.
const REFUSED: &str = "refused\n";

/// Runs a program of each language as the settings would.
pub(super) async fn programs(engine: &Engine, languages: &Languages, settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, code) in [(PYTHON, "print(40 + 2)"), ("javascript", "console.log(40 + 2)")] {
        let Some(language) = languages.find(name) else { continue };
        let (ok, detail) = match languages.runtime(language).await {
            Err(Unavailable(reason)) => (false, reason),
            Ok(runtime) => {
                let how = (Chosen::of(settings), &*runtime);
                match isolation::policy(engine, languages, settings, how, None).await {
                    Ok(policy) => program(engine, &runtime, settings, &policy, code).await,
                    Err(reason) => (false, reason),
                }
            }
        };
        checks.push(Check::new(name, ok, detail));
    }
    checks
}

async fn program(
    engine: &Engine,
    runtime: &Arc<Runtime>,
    settings: &Settings,
    policy: &Policy,
    code: &str,
) -> (bool, LocalizedMessage) {
    match run(engine, runtime, settings, policy, code).await {
        Ok((outcome, output)) if output == "42\n" => {
            let milliseconds = format!("{:.0}", outcome.duration.as_secs_f64() * 1000.0);
            (true, s::DOCTOR_RAN.with("name", runtime.name.as_str()).with("milliseconds", milliseconds))
        }
        Ok((outcome, _)) => {
            (false, s::DOCTOR_DID_NOT_RUN.with("name", runtime.name.as_str()).with("status", outcome.status.name()))
        }
        Err(error) => (false, s::DOCTOR_FAILED.with("error", error)),
    }
}

/// A file in the home, deleted when dropped.
struct Bait(PathBuf);

impl Bait {
    fn lay() -> io::Result<Self> {
        let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
        let file = home.join(format!(".runtray-doctor-{}", std::process::id()));
        File::create_new(&file)?.write_all(SECRET.as_bytes())?;
        Ok(Self(file))
    }
}

impl Drop for Bait {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, file = %self.0.display(), "the doctor's file could not be deleted");
        }
    }
}

/// Tries to get at a file of this user, and at a server on this machine, from a program in the sandbox.
pub(super) async fn closed(engine: &Engine, languages: &Languages, settings: &Settings) -> Vec<Check> {
    let Some(python) = languages.find("python") else { return Vec::new() };
    let Ok(runtime) = languages.runtime(python).await else { return Vec::new() };
    let read = || -> io::Result<_> {
        let bait = Bait::lay()?;
        let read = format!("print(open({:?}).read())", bait.0.display().to_string());
        Ok((or_refused(&read), Box::new(bait) as Box<dyn Send>))
    };
    let connect = || -> io::Result<_> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = server.local_addr()?.port();
        let connect = format!("import socket; socket.create_connection(('127.0.0.1', {port}), 5); print({SECRET:?})");
        Ok((or_refused(&connect), Box::new(server) as Box<dyn Send>))
    };
    vec![
        attempt(engine, &runtime, settings, FILES_CLOSED, read(), s::DOCTOR_FILES_HELD.message()).await,
        attempt(engine, &runtime, settings, NETWORK_CLOSED, connect(), s::DOCTOR_NETWORK_HELD.message()).await,
    ]
}

/// A program that does `step`, or prints that it was refused.
fn or_refused(step: &str) -> String {
    format!("try:\n    {step}\nexcept OSError:\n    print({:?})\n", REFUSED.trim_end())
}

/// A private address, which the gateway refuses at once with the error number 113 (`EHOSTUNREACH`).
const CLOSED: &str = "10.255.255.1";

/// Gives a program a network with one server of this machine opened, and lets it try the local network too.
pub(super) async fn outward(
    engine: &Engine,
    languages: &Languages,
    settings: &Settings,
    report: &SandboxReport,
) -> Option<Check> {
    if let Some(reason) = report.no_network() {
        return Some(Check::new(NETWORK_OUTWARD, false, reason));
    }
    let runtime = languages.runtime(languages.find("python")?).await.ok()?;
    // The built-in Python has no network on any machine.
    if runtime.isolation != Isolation::None {
        return None;
    }
    let tried = reach_out(engine, &runtime, settings).await;
    Some(match tried {
        Ok(output) if output == format!("{SECRET} 113\n") => {
            Check::new(NETWORK_OUTWARD, true, s::DOCTOR_OUTWARD.message())
        }
        Ok(output) => {
            let output = runtray_engine::excerpt(&output).into_owned();
            Check::new(NETWORK_OUTWARD, false, s::DOCTOR_NO_OUTWARD.with("output", output))
        }
        Err(error) => Check::new(NETWORK_OUTWARD, false, s::DOCTOR_FAILED.with("error", error)),
    })
}

async fn reach_out(engine: &Engine, runtime: &Arc<Runtime>, settings: &Settings) -> Result<String, String> {
    let server = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| error.to_string())?;
    let address = server.local_addr().map_err(|error| error.to_string())?;
    let serving = async {
        while let Ok((mut connection, _)) = server.accept().await {
            let _ = connection.write_all(SECRET.as_bytes()).await;
        }
    };
    let code = format!(
        "import socket\nwith socket.create_connection(('127.0.0.1', {}), 10) as it: told = it.recv(99).decode()\n\
         try: socket.create_connection(('{CLOSED}', 9), 10); print(told, 'open')\n\
         except OSError as error: print(told, error.errno)",
        address.port()
    );
    let network = Some(Outward { allow: vec![address] });
    let policy = Policy { level: Isolation::Sandbox, network, ..Policy::default() };
    tokio::select! {
        ran = run(engine, runtime, settings, &policy, &code) => ran.map(|(_, output)| output),
        () = serving => Err(String::new()),
    }
}

/// Runs a program in the sandbox that must not get at the secret. Its target, such as a file or a server, exists while it runs.
async fn attempt(
    engine: &Engine,
    runtime: &Arc<Runtime>,
    settings: &Settings,
    name: &'static str,
    aimed: io::Result<(String, Box<dyn Send>)>,
    held: LocalizedMessage,
) -> Check {
    let policy = Policy { level: Isolation::Sandbox, ..Policy::default() };
    let tried = match &aimed {
        Ok((code, _)) => run(engine, runtime, settings, &policy, code).await,
        Err(error) => Err(error.to_string()),
    };
    match tried {
        Ok((_, output)) if output.contains(SECRET) => Check::new(name, false, s::DOCTOR_GOT_THROUGH.message()),
        Ok((_, output)) if output == REFUSED => Check::new(name, true, held),
        // It may have failed for another reason, which proves nothing.
        Ok((outcome, _)) => {
            let detail =
                s::DOCTOR_DID_NOT_RUN.with("name", runtime.name.as_str()).with("status", outcome.status.name());
            Check::new(name, false, detail)
        }
        Err(error) => Check::new(name, false, s::DOCTOR_FAILED.with("error", error)),
    }
}

/// The outcome of a program and its output, or why it was not run.
async fn run(
    engine: &Engine,
    runtime: &Arc<Runtime>,
    settings: &Settings,
    policy: &Policy,
    code: &str,
) -> Result<(Outcome, String), String> {
    let job = Job::new(Request::new(code, PATIENCE), Arc::clone(runtime)).map_err(|error| error.to_string())?;
    let job = job.with_limits(settings.limits.clone());
    job.isolate(policy.clone());
    let mut output = Printed::default();
    let (outcome, _) = engine.run(&Arc::new(job), None, &mut output).await.map_err(|error| error.to_string())?;
    Ok((outcome, output.0))
}

/// The output of a program.
#[derive(Default)]
struct Printed(String);

impl EventSink for Printed {
    async fn put(&mut self, event: Event) {
        if let Event::Stdout(text) = event {
            self.0.push_str(&text);
        }
    }
}
