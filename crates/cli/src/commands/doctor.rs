//! `runtray doctor`: what this machine can do, each line found by doing it.

use std::process::ExitCode;

use runtray_service::doctor::examine;
use serde_json::json;

use super::configuration::settings;
use crate::args::Doctor;
use crate::{exit, print};

/// Tests what this machine can do. The exit code is 1 if programs are not isolated as the settings ask.
pub(crate) async fn doctor(args: Doctor) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let found = examine(&paths, &loaded.settings).await?;
    let level = found.isolation.name();
    if args.json {
        let check = |check: &runtray_service::doctor::Check| json!({ "name": check.name, "ok": check.ok, "detail": check.detail() });
        print::json(&json!({ "isolation": level, "checks": found.checks.iter().map(check).collect::<Vec<_>>() }))?;
    } else {
        let mark = |ok: bool| if ok { "ok" } else { "--" };
        let rows: Vec<[String; 3]> =
            found.checks.iter().map(|check| [mark(check.ok).into(), check.name.into(), check.detail()]).collect();
        print::table(&rows)?;
        print::line(format_args!("\nPrograms run at the isolation \"{level}\"."))?;
    }
    Ok(if found.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}
