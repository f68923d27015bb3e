//! `runtray doctor`: what this machine can do, each line found by doing it.

use std::process::ExitCode;

use runtray_service::doctor::examine;
use runtray_wire::DoctorReport;

use super::configuration::settings;
use crate::args::Doctor;
use crate::{exit, print};

/// Tests what this machine can do. The exit code is 1 if programs are not isolated as the settings ask.
pub(crate) async fn doctor(args: Doctor) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let found = examine(&paths, &loaded.settings).await?;
    if args.json {
        print::json(&DoctorReport::from(&found))?;
    } else {
        let mark = |ok: bool| if ok { "ok" } else { "--" };
        let rows: Vec<[String; 3]> =
            found.checks.iter().map(|check| [mark(check.ok).into(), check.name.into(), check.detail()]).collect();
        print::table(&rows)?;
        print::line(format_args!("\nPrograms run at the isolation \"{}\".", found.isolation.name()))?;
    }
    Ok(if found.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}
