//! `cargo xtask bench desktop`: the app beside the least that a Tauri app in the tray is, built in the same way.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::{program, results};
use crate::context::Context;
use crate::step::must;
use crate::{provision, ui};

/// How to measure it.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Where the results are written; otherwise `bench-desktop.json` in the cache folder.
    #[arg(long)]
    json: Option<PathBuf>,
    /// A short run, to see that everything can be measured.
    #[arg(long)]
    quick: bool,
    /// Build without optimisation: sooner ready, but its figures are not to be published.
    #[arg(long)]
    debug: bool,
}

/// Builds both apps and what measures them, and measures.
///
/// # Errors
/// This is not Linux, something does not build or could not be measured. Being slow is no error.
pub(super) fn desktop(context: &Context, args: &Args) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the app is measured through X11, D-Bus and /proc, which are Linux's");
    provision::for_desktop(context)?;
    provision::for_session()?;
    ui::build(context)?;
    let (profile, folder) = if args.debug { ("dev", "debug") } else { ("release", "release") };
    eprintln!("building both apps and the benchmark ({profile} profile); the first time takes long");
    let packages = ["runtray-desktop", "minimal-app", "runtray-bench"].map(|name| ["--package", name]).concat();
    must(context.cargo(&["build", "--profile", profile]).args(packages))?;
    let program = |name| program(context, folder, name);
    let mut bench = context.command(&program("runtray-bench").display().to_string());
    bench.arg("desktop").arg("--app").arg(program("runtray-desktop")).arg("--minimal").arg(program("minimal-app"));
    bench.arg("--json").arg(results(context, args.json.as_deref(), "bench-desktop.json")?);
    must(bench.args(args.quick.then_some("--quick")))
}
