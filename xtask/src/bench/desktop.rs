//! `cargo xtask bench desktop`: measures the app beside a minimal Tauri app with a tray icon, built in the same way.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::{program, results};
use crate::context::Context;
use crate::step::must;
use crate::{provision, ui};

/// Options of `cargo xtask bench desktop`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The file for the results; the default is `bench-desktop.json` in the cache folder.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Do a short run, to check that everything can be measured.
    #[arg(long)]
    quick: bool,
    /// Build without optimisation: the build is faster, but its figures must not be published.
    #[arg(long)]
    debug: bool,
}

/// Builds both apps and the benchmark, and runs the benchmark.
///
/// # Errors
/// The system is not Linux, the build fails, or a measurement fails. A slow result is not an error.
pub(super) fn desktop(context: &Context, args: &Args) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the app is measured through X11, D-Bus and /proc, which only Linux has");
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
