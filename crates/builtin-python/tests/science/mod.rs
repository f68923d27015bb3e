//! The real science pack.
//!
//! `RUNTRAY_TEST_SCIENCE` names the folder of packages that it was added to; `cargo xtask test --only native -- science` adds it.
//! Without it each test ends at once and says so.

mod fresh;
mod packages;
mod refusals;

use std::path::PathBuf;

use crate::harness::{Ended, Python, skip};

/// The folder of the compiled Python.
fn image() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RUNTRAY_TEST_SCIENCE").map(PathBuf::from) else {
        skip("RUNTRAY_TEST_SCIENCE names no folder with the science pack");
        return None;
    };
    let lock = std::fs::read(folder.join("lock.json")).expect("it was added");
    let lock: serde_json::Value = serde_json::from_slice(&lock).expect("JSON");
    Some(folder.join("science").join(lock["science"]["image"].as_str().expect("it was added")))
}

/// Runs a program with the pack, if there is one.
fn run(python: &Python, arguments: &[&str]) -> Option<Ended> {
    let image = image()?;
    let image = image.to_str().expect("a path");
    Some(python.run(&[&["--image", image], arguments].concat()))
}

/// Fails unless `code` prints `expected` and succeeds.
fn check(code: &str, expected: &str) {
    let Some(ended) = run(&Python::new(), &["-c", code]) else { return };
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (expected, ""), "{code}");
    assert_eq!(ended.status.code(), Some(0), "{code}");
}
