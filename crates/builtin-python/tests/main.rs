//! Black-box tests of `runtray-python`: the real program with the real built-in Python.
//!
//! `cargo xtask builtin-python` makes the files that it needs; `cargo xtask test` passes their path. A new test goes to the file
//! whose first line it fits: files that a program must not reach, missing or damaged files, differences from CPython elsewhere,
//! and so on.

mod absent;
mod archives;
mod broken;
#[cfg(target_os = "linux")]
mod confinement;
mod endings;
mod escapes;
mod fresh;
mod harness;
mod language;
mod library;
mod limits;
mod packages;
#[cfg(target_os = "linux")]
mod science;
mod streams;
