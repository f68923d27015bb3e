//! Updates: looks for a new version, checks its signature, and installs it.
//!
//! The feed and its signatures have the format of Tauri's updater, but for the trusted comment of a signature, which must name
//! the version and the kind of installation: so neither an older package nor one of another kind passes for a new one. Nothing
//! here decides when to look: the app and `runtray update` do that, after they were asked to.
//!
//! All functions block. A fetched file is in a folder that is deleted with its [`Package`].

mod archive;
mod feed;
mod fetch;
mod installation;
mod manifest;
mod package;
pub mod sentences;
mod signature;
#[cfg(test)]
mod tests;
mod updater;
mod workplace;

pub use feed::{Feed, Given};
pub use fetch::Timeouts;
pub use installation::Installation;
pub use manifest::Release;
pub use package::{Installed, Package};
pub use semver::Version;
pub use updater::{Answer, Updater};
pub use workplace::sweep;

/// A failure is a sentence for people with its remedy; the program and its installation are unchanged.
pub type Result<T> = std::result::Result<T, runtray_engine::message::LocalizedMessage>;
