//! The options of a service's start.

use std::net::IpAddr;

use crate::platform::origin::Origin;
use crate::platform::paths::Paths;
use crate::settings::SettingsStore;

/// The options of a service's start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The settings. Their changes take effect while the service runs.
    pub settings: SettingsStore,
    /// The folders for its files.
    pub paths: Paths,
    /// A port that replaces the one of the settings; 0 takes a free one.
    pub port: Option<u16>,
    /// An address besides the loopback ones to listen on, for programs on other machines. A `token` should be given too: each
    /// request from there must carry one, because its user is unknown.
    pub listen: Option<IpAddr>,
    /// Web origins that are allowed in addition to the settings.
    pub allow_origins: Vec<Origin>,
    /// A token that replaces the one in the data folder; it switches strict mode on.
    pub token: Option<String>,
}
