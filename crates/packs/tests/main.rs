//! `runtray-packs` against an index of this test's own, with a program in the place of the built-in Python.
//! `tests/builtin/packs.rs` of the service has the real one.

#![cfg(unix)]

mod adding;
mod fake_index;
mod harness;
mod network;
mod refusals;
mod science;
