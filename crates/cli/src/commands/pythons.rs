//! `runtray pythons`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runtray_engine::interpreter::{self, Discovery, Found, Machine, Rejected, Source};
use runtray_engine::{Config, Engine, Warm};
use runtray_service::paths::Paths;
use runtray_service::prefer_isolated_python;
use runtray_service::settings::Settings;
use serde::Serialize;

use super::configuration::settings;
use crate::args::Pythons;
use crate::{exit, print};

/// Lists the Pythons of this machine and marks the one in use.
pub(crate) async fn pythons(args: Pythons) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let machine = machine(&paths, &loaded.settings).await;
    let discovery = interpreter::pythons(machine, loaded.settings.python_in_effect()).await;
    if args.json {
        print::json(&report(&discovery))?;
    } else {
        list(&discovery, args.all)?;
    }
    let none_in_use = !discovery.found.iter().any(|found| found.in_use);
    if none_in_use {
        print::note(format_args!("runtray: {}", why_none(&discovery)));
    }
    Ok(if none_in_use { ExitCode::from(exit::FAILED) } else { ExitCode::SUCCESS })
}

/// This machine; where the built-in Python is preferred if nothing isolates an own one, that is tried.
async fn machine(paths: &Paths, settings: &Settings) -> Machine {
    let machine = Machine::this().with_packages(paths.packages_folder());
    machine.set_writable(&settings.sandbox_write);
    let config = || Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm: Warm::none() };
    if machine.may_prefer_built_in()
        && let Ok(engine) = Engine::start(&config())
    {
        prefer_isolated_python(&engine, settings, &machine).await;
        engine.shutdown().await;
    }
    machine
}

/// The reason why no Python is in use. An unusable one in the settings is not replaced by another.
fn why_none(discovery: &Discovery) -> String {
    match discovery.rejected.iter().find(|rejected| rejected.source == Source::Choice) {
        Some(Rejected { path, reason, .. }) => format!(
            "no Python is used: the settings name {}, which {reason}; set [python] path to one that works, or remove it",
            path.display()
        ),
        None => "no Python can be used; install Python 3.8 or newer, or set [python] path in the settings file".into(),
    }
}

fn list(discovery: &Discovery, all: bool) -> anyhow::Result<()> {
    let rows: Vec<[String; 4]> = discovery
        .found
        .iter()
        .map(|found| {
            let mark = if found.in_use { "*" } else { " " };
            [mark.into(), found.name(), place(found).display().to_string(), found.source.to_string()]
        })
        .collect();
    print::table(&rows)?;
    if all {
        let rejected: Vec<[String; 3]> = discovery
            .rejected
            .iter()
            .map(|rejected| {
                [rejected.path.display().to_string(), rejected.source.to_string(), rejected.reason.to_string()]
            })
            .collect();
        print::line(format_args!("\nRejected:"))?;
        print::table(&rejected)?;
    } else if !discovery.rejected.is_empty() {
        print::note(format_args!("{} more were rejected; `runtray pythons --all` says why", discovery.rejected.len()));
    }
    Ok(())
}

/// Where it is: with the science pack, the folder of that.
fn place(found: &Found) -> &Path {
    found.science.as_deref().unwrap_or(&found.path)
}

/// The Pythons as `--json` prints them.
#[derive(Serialize)]
struct Report {
    found: Vec<FoundPython>,
    rejected: Vec<RejectedPython>,
}

#[derive(Serialize)]
struct FoundPython {
    path: String,
    version: String,
    implementation: String,
    prefix: String,
    source: String,
    built_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    science: Option<PathBuf>,
    in_use: bool,
}

#[derive(Serialize)]
struct RejectedPython {
    path: String,
    source: String,
    reason: String,
}

fn report(discovery: &Discovery) -> Report {
    let found = |found: &Found| FoundPython {
        path: found.path.display().to_string(),
        version: found.version.clone(),
        implementation: found.implementation.clone(),
        prefix: found.prefix.display().to_string(),
        source: found.source.to_string(),
        built_in: found.built_in,
        science: found.science.clone(),
        in_use: found.in_use,
    };
    let rejected = |rejected: &Rejected| RejectedPython {
        path: rejected.path.display().to_string(),
        source: rejected.source.to_string(),
        reason: rejected.reason.to_string(),
    };
    Report {
        found: discovery.found.iter().map(found).collect(),
        rejected: discovery.rejected.iter().map(rejected).collect(),
    }
}
