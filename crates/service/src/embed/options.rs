//! What a service is started with.

use std::path::PathBuf;

use crate::platform::origin::Origin;
use crate::platform::paths::Paths;
use crate::settings::Loaded;

/// What a service is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The settings to begin with.
    pub settings: Loaded,
    /// The file that holds them. Its changes take effect while the service runs.
    pub settings_file: Option<PathBuf>,
    /// The folders for its files.
    pub paths: Paths,
    /// A port that replaces the one of the settings; 0 takes a free one.
    pub port: Option<u16>,
    /// Web origins that are allowed besides those of the settings.
    pub allow_origins: Vec<Origin>,
    /// A token that replaces the one in the data folder; it switches strict mode on.
    pub token: Option<String>,
}
