//! CPython for WASI as a program that behaves like `python`.
//!
//! `guest/` runs inside: the interface between the two, and start-up code in Python. It is in the component together with
//! CPython, as it was right after its start. This crate unpacks the component's machine code, maps it, gives it a working
//! folder, streams and variables, and ends as it ended. No compiler is part of the program that is shipped.

pub mod about;
pub mod arguments;
mod checked;
pub mod code;
mod codecs;
pub mod compression;
#[cfg(target_os = "linux")]
pub mod confinement;
pub mod engine;
mod folders;
pub mod guest;
pub mod image;
pub mod launch;
pub mod library;
pub mod science;
pub mod store;
#[cfg(target_os = "linux")]
pub mod trim;
pub mod wait;
#[expect(missing_docs, reason = "written by a macro; guest/wit/world.wit has the documentation")]
mod world;
