//! Debian's own Rust toolchain, which includes the sources of `std`.
//!
//! The toolchains of rustup cannot build `std` for Windows or macOS without a download; Debian's `rustc-web` can. It lies in
//! /usr/bin beside the user's rustup, so its environment must contain no variable that rustup set.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::apt;
use crate::context::Context;

/// The toolchain's packages.
pub(crate) const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "build-essential"];

/// The oldest version that builds Runtray, as in the workspace's `rust-version`.
const OLDEST: (u32, u32) = (1, 95);

/// The reason why the toolchain cannot be used on this machine, or `None` if it can.
pub(crate) fn missing() -> Option<String> {
    if !apt::is_here() {
        return Some("it is built with Debian's own Rust toolchain, and this is not a Debian".to_owned());
    }
    if env::consts::ARCH != "x86_64" {
        return Some(format!("Wine and the cross-compiler are used on x86_64, and this is {}", env::consts::ARCH));
    }
    if !apt::knows("rustc-web") {
        return Some("this system's package lists have no rustc-web".to_owned());
    }
    let version = apt::candidate("rustc-web").unwrap_or_default();
    (parse(&version) < Some(OLDEST)).then(|| format!("rustc-web is {version} here, and Runtray needs 1.95"))
}

/// A command for the toolchain's cargo that builds for `target`, with `std` from source, into its own target folder.
///
/// # Errors
/// The cargo home in the cache cannot be made.
pub(crate) fn cargo(context: &Context, target: &str, folder: &str, args: &[&str]) -> Result<Command> {
    let home = context.cache.path("cargo-home");
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    share_settings(&home)?;
    let mut command = context.command("/usr/bin/cargo");
    forget_rustup(&mut command);
    command.args(args).args(["--target", target, "-Z", "build-std=std,panic_unwind,test"]);
    command.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    command.env("RUSTC", "/usr/bin/rustc").env("RUSTDOC", "/usr/bin/rustdoc").env("RUSTC_BOOTSTRAP", "1");
    // Debug information is not needed here and makes the cross-linker slow.
    command.env("CARGO_PROFILE_DEV_DEBUG", "none");
    command.env("CARGO_HOME", home).env("CARGO_TARGET_DIR", context.cache.path(folder));
    Ok(command)
}

/// Copies the user's cargo configuration, so that its registry settings apply to this cargo too.
fn share_settings(home: &Path) -> Result<()> {
    let user = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(settings) = user.map(|folder| folder.join("config.toml")).filter(|file| file.exists()) {
        fs::copy(&settings, home.join("config.toml")).with_context(|| format!("cannot copy {}", settings.display()))?;
    }
    Ok(())
}

/// Removes the variables of rustup and of the outer cargo: they would make this cargo use their compiler and libraries.
fn forget_rustup(command: &mut Command) {
    let prefixes = ["RUSTUP_", "CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BUILD_", "CARGO_ENCODED_"];
    let leads = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(leads)) {
        command.env_remove(name);
    }
    for name in ["CARGO", "LD_LIBRARY_PATH", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS"] {
        command.env_remove(name);
    }
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(parse("1.96.0+dfsg1-1~deb12u2"), Some((1, 96)));
        assert!(parse("1.100.0") > Some(OLDEST));
        assert!(parse("1.78.0+dfsg1") < Some(OLDEST));
        assert!(parse("unknown") < Some(OLDEST));
    }
}
