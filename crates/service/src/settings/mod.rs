//! Settings: as written in `settings.toml`, then validated.

use std::path::PathBuf;
use std::time::Duration;

use runtray_engine::Limits;
use runtray_engine::language::Language;

use crate::origin::Origin;

/// Valid settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `port`: the port on both loopback addresses; 0 takes a free one.
    pub port: u16,
    /// `allowed_origins`: web origins that may run code.
    pub allowed_origins: Vec<Origin>,
    /// `require_token`: strict mode, a bearer token on every route but `/health`.
    pub require_token: bool,
    /// `[python] path`.
    pub python: Option<PathBuf>,
    /// `[node] path`.
    pub node: Option<PathBuf>,
    /// `[[language]]` rows.
    pub languages: Vec<Language>,
    /// `[limits]`: what one run may use.
    pub limits: Limits,
    /// `[limits] timeout_ms`: wall-clock time where a request names none.
    pub default_timeout: Duration,
    /// `[limits] max_timeout_ms`: the most that a request may ask for.
    pub max_timeout: Duration,
    /// `[limits] kept_output_bytes`: of each stream, what a JSON response keeps; the rest is read and dropped.
    pub kept_output_bytes: usize,
    /// `[limits] body_bytes`: the largest request body.
    pub body_bytes: usize,
    /// `[admission] slots`: executions at once.
    pub slots: usize,
    /// `[admission] queue`: executions that may wait for a slot.
    pub queue: usize,
    /// `stop_grace_ms`: what running executions get when the service stops.
    pub stop_grace: Duration,
    /// `[journal]`.
    pub journal: JournalSettings,
}

/// What the journal keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalSettings {
    /// `enabled`.
    pub enabled: bool,
    /// `max_age_days`: older executions are deleted.
    pub max_age: Duration,
    /// `max_bytes`: above that the oldest executions are deleted.
    pub max_bytes: u64,
    /// `max_text_bytes`: of code, output and error each, what is kept.
    pub max_text_bytes: usize,
}

/// Something wrong in the settings file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; `None` when it is about the whole file.
    pub line: Option<usize>,
    /// The key's full name, `limits.memory_bytes`; empty when it is about the whole file.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What was read: settings that can be used, and what is wrong with the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Valid settings: what the file says where it is right, defaults elsewhere.
    pub settings: Settings,
    /// What is wrong, in the order of the lines.
    pub problems: Vec<Problem>,
}
