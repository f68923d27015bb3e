//! `cargo xtask soak`: runs thousands of mixed programs and checks bounds afterwards (`tests/soak`).

use anyhow::{Result, ensure};

use crate::context::Context;
use crate::provision;
use crate::step::must;

/// The test that runs the programs.
const TEST: &str = "soak::every_bound_holds_after_mixed_runs";

/// Options of `cargo xtask soak`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of programs; short runs say little about memory.
    #[arg(long, default_value_t = 10_000)]
    runs: usize,
    /// Number of concurrent clients; the default is eight more than the service can run and queue.
    #[arg(long)]
    clients: Option<usize>,
    /// Build without optimisation: the build is faster, but its figures must not be published.
    #[arg(long)]
    debug: bool,
}

/// Builds the service and its tests and runs the soak test, which prints its progress and a table.
///
/// # Errors
/// The system is not Linux, the build fails, or a bound does not hold.
pub(crate) fn soak(args: &Args) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the soak reads /proc and needs Linux");
    let context = Context::new(Vec::new())?;
    provision::for_building(&context)?;
    let profile = if args.debug { "dev" } else { "release" };
    eprintln!("building runtray and its tests ({profile} profile); the first time takes several minutes");
    let mut command = context.cargo(&["test", "--profile", profile, "--package", "runtray-cli", "--test", "service"]);
    command.args(["--", "--ignored", "--exact", TEST, "--nocapture"]);
    command.env("RUNTRAY_SOAK_RUNS", args.runs.to_string()).env("RUST_BACKTRACE", "0");
    command.envs(args.clients.map(|clients| ("RUNTRAY_SOAK_CLIENTS", clients.to_string())));
    must(&mut command)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_named_test_exists() {
        let name = super::TEST.trim_start_matches("soak::");
        let source = include_str!("../../tests/soak/mod.rs");
        assert!(source.contains("#[ignore") && source.contains(&format!("fn {name}()")), "{name}");
    }
}
