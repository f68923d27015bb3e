//! Black-box tests of the real program: each starts `runtray` as a user would, in a folder of its own.

mod cli;
mod containment;
mod guard;
mod harness;
mod programs;
#[cfg(target_os = "linux")]
mod sandbox;
mod service;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(unix)]
mod warm;
