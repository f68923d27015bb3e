//! `Runtray-Setup.exe` under Wine: the files, registry keys and processes that it adds to a computer and leaves after removal.
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
