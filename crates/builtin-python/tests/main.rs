//! Black-box tests of `runtray-python`: the real program with the real built-in Python.
//!
//! `cargo xtask builtin-python` makes what it needs, `cargo xtask test` says where that is. A new test goes to the file whose
//! first line it fits: what a program must not reach, what is missing or damaged, what differs from CPython elsewhere, and so on.

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
