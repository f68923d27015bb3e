//! This program's version and parts, for the window.

use serde::Serialize;
use ts_rs::TS;

/// This program, and where its files are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct About {
    pub(crate) version: String,
    /// The commit that it was built from, if that is known.
    pub(crate) commit: Option<String>,
    /// The version of the built-in Python, if it is installed.
    pub(crate) built_in_python: Option<String>,
    /// Whether the notices of licences are installed.
    pub(crate) has_notices: bool,
    /// A text for reports: state, versions, folders and problems, without code or output of runs.
    pub(crate) diagnostics: String,
}
