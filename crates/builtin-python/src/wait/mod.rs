//! Waiting for time and for standard input, which an interrupt (Ctrl+C) ends.
//!
//! WebAssembly has no signals. A program that waits is told of the interrupt when its wait returns, and raises
//! `KeyboardInterrupt`. A program that computes cannot be told: the interrupt ends the process.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{catch_interrupts, end_by_interrupt};
#[cfg(unix)]
pub(crate) use unix::{read_input, sleep};
#[cfg(windows)]
pub use windows::{catch_interrupts, end_by_interrupt};
#[cfg(windows)]
pub(crate) use windows::{read_input, sleep};
