//! `runtray sandbox`: gives the sandbox of Windows access to the Python in use and to the folders in the settings, and takes
//! it away.
//!
//! A run never does that by itself: Windows goes through every file of a folder, which may take minutes.

#[cfg(windows)]
mod access;
mod record;

#[cfg(windows)]
pub(super) use access::{grant, revoke};
