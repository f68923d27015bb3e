//! The engine and the built-in Python for macOS. They are only type-checked here, because there is no linker for macOS.

use anyhow::Result;

use crate::builtin_python::MANIFEST;
use crate::context::Context;
use crate::debian;
use crate::step::{Ending, must};

const TARGET: &str = "aarch64-apple-darwin";

/// Type-checks the engine and the program of the built-in Python for macOS. On a Mac the tests themselves run instead.
///
/// # Errors
/// One does not compile for macOS.
pub(crate) fn check(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let args = ["check", "--package", "runtray-engine", "--lib"];
    must(&mut debian::cargo(context, TARGET, "target-macos", &args)?)?;
    let args = ["check", "--manifest-path", MANIFEST, "--bin", "runtray-python"];
    let mut python = debian::cargo(context, TARGET, "target-macos", &args)?;
    // wasmtime compiles a file of C, whose object only a linker would read. There is no C compiler for macOS here.
    python.env("CC_aarch64_apple_darwin", "true").env("AR_aarch64_apple_darwin", "true").env("SDKROOT", "/");
    must(&mut python)?;
    Ok(Ending::Done)
}
