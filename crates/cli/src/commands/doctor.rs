//! `runtray doctor`: what this machine can do, each line found by doing it.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Languages, Runtime};
use runtray_engine::{Config, Engine, Event, EventSink, Isolation, Job, Outcome, Policy, Request, SandboxReport, Warm};
use runtray_service::settings::Settings;
use runtray_service::{isolation_policy, prefer_isolated_python};
use serde::Serialize;

use super::configuration::settings;
use crate::args::Doctor;
use crate::{exit, print};

/// How long a test program may run; a loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a test program must not get at.
const SECRET: &str = "runtray-doctor";

/// One thing that this machine can or cannot do.
#[derive(Debug, Serialize)]
struct Check {
    /// Its name.
    name: &'static str,
    /// Whether it works.
    ok: bool,
    /// What was found, or what is missing and how to get it.
    detail: String,
}

/// Tests what this machine can do. The exit code is 1 if programs are not isolated as the settings ask.
pub(crate) async fn doctor(args: Doctor) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let config = Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm: Warm::none() };
    let engine = Engine::start(&config)?;
    let report = engine.sandbox().await;
    let policy = isolation_policy(&engine, &loaded.settings, loaded.settings.isolation).await;
    let machine = Machine::this();
    prefer_isolated_python(&engine, &loaded.settings, &machine).await;
    let languages = Languages::new(loaded.settings.choices(), machine);
    let mut checks = vec![containment(&engine)];
    checks.extend(parts(&report));
    checks.extend(programs(&engine, &languages, &loaded.settings, &policy).await);
    if report.lack.is_none() {
        checks.extend(closed(&engine, &languages, &loaded.settings).await?);
    }
    engine.shutdown().await;
    let level = policy.level.name();
    if args.json {
        print::json(&serde_json::json!({ "isolation": level, "checks": checks }))?;
    } else {
        let mark = |ok: bool| if ok { "ok" } else { "--" };
        let rows: Vec<[String; 3]> =
            checks.iter().map(|check| [mark(check.ok).into(), check.name.into(), check.detail.clone()]).collect();
        print::table(&rows)?;
        print::line(format_args!("\nPrograms run at the isolation \"{level}\"."))?;
    }
    let is_whole = policy.level != Isolation::None && checks.iter().all(|check| check.ok || !is_needed(check));
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

/// Whether programs are not isolated without it.
fn is_needed(check: &Check) -> bool {
    ["sandbox", "files closed", "network closed"].contains(&check.name)
}

fn containment(engine: &Engine) -> Check {
    let containment = *engine.containment().borrow();
    let ok = containment.is_some_and(|containment| !containment.is_fallback());
    let name = containment.map_or("unknown", |containment| containment.name());
    let remedy = if ok { "" } else { ": allow user namespaces for processes of its own" };
    Check { name: "containment", ok, detail: format!("{name}{remedy}") }
}

/// What the sandbox is made of.
fn parts(report: &SandboxReport) -> Vec<Check> {
    if !cfg!(target_os = "linux") {
        return vec![sandbox(report)];
    }
    let yes_no = |ok: bool, yes: &str, no: &str| if ok { yes.to_owned() } else { no.to_owned() };
    let newest = yes_no(report.landlock_abi >= 6, "", "; 6 or newer (Linux 6.12) does more");
    vec![
        Check {
            name: "Landlock",
            ok: report.landlock_abi >= 3,
            detail: format!("version {}{newest}", report.landlock_abi),
        },
        Check {
            name: "own root folder",
            ok: report.own_root,
            detail: yes_no(report.own_root, "what is not granted is not there", "needs mount namespaces"),
        },
        Check {
            name: "own network",
            ok: report.own_network,
            detail: yes_no(report.own_network, "with nothing in it", "needs network namespaces"),
        },
        sandbox(report),
    ]
}

fn sandbox(report: &SandboxReport) -> Check {
    let gaps: Vec<String> = report.gaps().iter().map(ToString::to_string).collect();
    let detail = match report.lack {
        Some(lack) => lack.said().to_string(),
        None if gaps.is_empty() => "complete".to_owned(),
        None => gaps.join(" "),
    };
    Check { name: "sandbox", ok: report.lack.is_none(), detail }
}

/// Runs a program of each language as the settings would.
async fn programs(engine: &Engine, languages: &Languages, settings: &Settings, policy: &Policy) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, code) in [("python", "print(40 + 2)"), ("javascript", "console.log(40 + 2)")] {
        let Some(language) = languages.find(name) else { continue };
        let check = match languages.runtime(language).await {
            Err(reason) => Check { name, ok: false, detail: reason.to_string() },
            Ok(runtime) => {
                let ran = run(engine, &runtime, settings, policy, code).await;
                let ok = ran.as_ref().is_ok_and(|(_, output)| output == "42\n");
                let detail = match ran {
                    Ok((outcome, _)) if !ok => format!("{} did not run: {}", runtime.name, outcome.status.name()),
                    Ok((outcome, _)) => {
                        format!("{} in {:.0} ms", runtime.name, outcome.duration.as_secs_f64() * 1000.0)
                    }
                    Err(error) => error.to_string(),
                };
                Check { name, ok, detail }
            }
        };
        checks.push(check);
    }
    checks
}

/// Tries to get at a file of this user, and at a server on this machine, from a program in the sandbox.
async fn closed(engine: &Engine, languages: &Languages, settings: &Settings) -> anyhow::Result<Vec<Check>> {
    let runtime = match languages.find("python") {
        Some(python) => languages.runtime(python).await.ok(),
        None => None,
    };
    let Some(runtime) = runtime else { return Ok(Vec::new()) };
    let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
    let file = home.join(format!(".runtray-doctor-{}", std::process::id()));
    std::fs::File::create_new(&file)?.write_all(SECRET.as_bytes())?;
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = server.local_addr()?.port();
    let policy = Policy { level: Isolation::Sandbox, ..Policy::default() };
    let read = format!("print(open({:?}).read())", file.display().to_string());
    let connect = format!("import socket; socket.create_connection(('127.0.0.1', {port}), 5); print({SECRET:?})");
    let mut checks = Vec::new();
    for (name, code, held) in [
        ("files closed", read, "a program could not read a file in your home"),
        ("network closed", connect, "a program could not reach a server on this machine"),
    ] {
        let ran = run(engine, &runtime, settings, &policy, &code).await;
        let detail = match &ran {
            Ok((_, output)) if output.contains(SECRET) => "a program got through".to_owned(),
            Ok(_) => held.to_owned(),
            Err(error) => error.to_string(),
        };
        checks.push(Check { name, ok: ran.is_ok_and(|(_, output)| !output.contains(SECRET)), detail });
    }
    std::fs::remove_file(&file)?;
    Ok(checks)
}

/// The outcome of a program, and what it printed.
async fn run(
    engine: &Engine,
    runtime: &Arc<Runtime>,
    settings: &Settings,
    policy: &Policy,
    code: &str,
) -> anyhow::Result<(Outcome, String)> {
    let job = Job::new(Request::new(code, PATIENCE), Arc::clone(runtime))?.with_limits(settings.limits.clone());
    job.isolate(policy.clone());
    let mut output = Printed::default();
    let (outcome, _) = engine.run(&Arc::new(job), None, &mut output).await?;
    Ok((outcome, output.0))
}

/// What a program printed.
#[derive(Default)]
struct Printed(String);

impl EventSink for Printed {
    async fn put(&mut self, event: Event) {
        if let Event::Stdout(text) = event {
            self.0.push_str(&text);
        }
    }
}
