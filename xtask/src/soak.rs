//! `cargo xtask soak`: thousands of mixed runs, and the bounds that must hold afterwards (`tests/soak`).

use anyhow::{Result, ensure};

use crate::context::Context;
use crate::provision;
use crate::step::must;

/// The test that is the soak.
const TEST: &str = "soak::what_is_promised_holds";

/// How much to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many programs; short runs say little about memory.
    #[arg(long, default_value_t = 10_000)]
    runs: usize,
    /// How many clients at once; otherwise eight more than can run and wait.
    #[arg(long)]
    clients: Option<usize>,
    /// Build without optimisation: sooner ready, but its figures are not to be published.
    #[arg(long)]
    debug: bool,
}

/// Builds the service and its tests, and runs the soak, which says how far it is and prints a table.
///
/// # Errors
/// This is not Linux, something does not build, or a bound does not hold.
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
    fn there_is_such_a_test() {
        let name = super::TEST.trim_start_matches("soak::");
        let source = include_str!("../../tests/soak/mod.rs");
        assert!(source.contains("#[ignore") && source.contains(&format!("fn {name}()")), "{name}");
    }
}
