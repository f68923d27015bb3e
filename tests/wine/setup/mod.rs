//! `Runtray-Setup.exe` under Wine: what it puts on a computer and what is left after removal, in files, registry and processes.
//!
//! An exit code alone proves nothing here: under Wine an installer of the wrong kind ends with 0 and installs nothing.

mod computer;
mod faults;
mod held;
mod life;
mod pages;
mod places;
mod registry;
mod updates;
mod whole;
