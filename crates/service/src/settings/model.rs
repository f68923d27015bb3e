//! Valid settings, and the problems of a settings file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use runtray_engine::language::{Choices, Language};
use runtray_engine::said::Said;
use runtray_engine::{Limits, Warm};

use crate::platform::origin::Origin;
use crate::sentences;

/// Valid settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `port`: the port on both loopback addresses; 0 takes a free one.
    pub port: u16,
    /// `allowed_origins`: web origins that may run code.
    pub allowed_origins: Vec<Origin>,
    /// `denied_origins`: web origins that are not offered for approval again.
    pub denied_origins: Vec<Origin>,
    /// `require_token`: strict mode, a bearer token on every route but `/health`.
    pub require_token: bool,
    /// `same_user_only`: other users' programs need the token.
    pub same_user_only: bool,
    /// `isolation`: the level that is asked for.
    pub isolation: IsolationChoice,
    /// Why nothing may be run, for people: the file asks for an isolation that cannot be given.
    pub refuse_to_run: Option<Said>,
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
    /// `[limits] terminal_idle_ms`: time without anything typed or printed after which an interactive run is ended.
    pub terminal_idle: Duration,
    /// `[limits] terminal_total_ms`: wall-clock time of an interactive run, and the most that one may ask for.
    pub terminal_total: Duration,
    /// `[limits] kept_output_bytes`: of each stream, what a JSON response keeps; the rest is read and dropped.
    pub kept_output_bytes: usize,
    /// `[limits] body_bytes`: the largest request body.
    pub body_bytes: usize,
    /// `[admission] slots`: executions at once.
    pub slots: usize,
    /// `[admission] queue`: executions that may wait for a slot.
    pub queue: usize,
    /// `[admission] terminals`: interactive executions at once, besides the others.
    pub terminals: usize,
    /// `[admission] waiting_bytes`: the memory of requests that wait and of answers that were not taken yet.
    pub waiting_bytes: usize,
    /// `stop_grace_ms`: what running executions get when the service stops.
    pub stop_grace: Duration,
    /// `[journal]`.
    pub journal: JournalSettings,
    /// `[warm]`: the interpreters that wait ahead of their programs.
    pub warm: Warm,
    /// `[desktop]`: the service itself makes no use of it.
    pub desktop: DesktopSettings,
}

/// How the desktop app shows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesktopSettings {
    /// `start_hidden`: without a window.
    pub start_hidden: bool,
    /// `notifications`.
    pub notifications: bool,
    /// `theme`.
    pub theme: Theme,
    /// `language`: a language's code, or `system`.
    pub language: String,
    /// `welcomed`: whether the user has seen what there is to know at the first start.
    pub welcomed: bool,
}

/// The colours of the desktop app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system's.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The isolation that the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IsolationChoice {
    /// `auto`: the strongest that this version and this machine can give.
    #[default]
    Auto,
    /// `none`: containment only.
    None,
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
    /// `max_text_bytes`: of output and error each, what is kept.
    pub max_text_bytes: usize,
    /// `max_code_bytes`: of a program, what is kept.
    pub max_code_bytes: usize,
    /// `max_input_bytes`: of what a program was given besides, what is kept.
    pub max_input_bytes: usize,
    /// `env_values`: whether values of environment variables are kept.
    pub env_values: bool,
}

/// Something wrong in the settings file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; `None` when it is about the whole file.
    pub line: Option<usize>,
    /// The key's full name, `limits.memory_bytes`; empty when it is about the whole file.
    pub key: String,
    /// What is wrong and what to do: it follows the key in a sentence, or is one when there is no key.
    pub message: Said,
}

/// What was read: settings that can be used, and what is wrong with the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Valid settings: what the file says where it is right, defaults elsewhere.
    pub settings: Settings,
    /// What is wrong, in the order of the lines.
    pub problems: Vec<Problem>,
}

/// A day.
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 5000,
            allowed_origins: default_origins(),
            denied_origins: Vec::new(),
            require_token: false,
            same_user_only: true,
            isolation: IsolationChoice::Auto,
            refuse_to_run: None,
            python: None,
            node: None,
            languages: Vec::new(),
            limits: Limits::default(),
            default_timeout: Duration::from_secs(10),
            max_timeout: Duration::from_secs(300),
            terminal_idle: Duration::from_secs(10 * 60),
            terminal_total: Duration::from_secs(8 * 60 * 60),
            kept_output_bytes: 8 << 20,
            body_bytes: 16 << 20,
            slots: std::thread::available_parallelism().map_or(1, usize::from),
            queue: 256,
            terminals: 32,
            waiting_bytes: 256 << 20,
            stop_grace: Duration::from_secs(5),
            journal: JournalSettings::default(),
            warm: Warm::default(),
            desktop: DesktopSettings::default(),
        }
    }
}

impl Default for DesktopSettings {
    fn default() -> Self {
        Self {
            start_hidden: false,
            notifications: true,
            theme: Theme::System,
            language: "system".to_owned(),
            welcomed: false,
        }
    }
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            max_age: 30 * DAY,
            max_bytes: 256 << 20,
            max_text_bytes: 256 << 10,
            max_code_bytes: 4 << 20,
            max_input_bytes: 1 << 20,
            env_values: false,
        }
    }
}

/// Where web front ends usually run while they are developed.
fn default_origins() -> Vec<Origin> {
    ["http://localhost:3000", "http://localhost:3001", "http://127.0.0.1:3000", "http://127.0.0.1:3001"]
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect()
}

impl Settings {
    /// What the user chose about languages, for the engine.
    pub fn choices(&self) -> Choices {
        Choices { python: self.python.clone(), node: self.node.clone(), languages: self.languages.clone() }
    }
}

/// Writes to the service's log what is newly wrong with the file, and when nothing is any more.
pub(crate) fn log_problems(before: &[Problem], now: &[Problem]) {
    for problem in now.iter().filter(|problem| !before.contains(problem)) {
        tracing::warn!("settings.toml: {problem}");
    }
    if now.is_empty() && !before.is_empty() {
        tracing::info!("settings.toml: no mistakes are left");
    }
}

impl Problem {
    /// It in words, with its place.
    pub fn said(&self) -> Said {
        let message = self.message.clone();
        let named = match self.key.as_str() {
            "" => message,
            key => sentences::FILE_KEY.with("key", key).with("mistake", message),
        };
        match self.line {
            Some(line) => sentences::FILE_LINE.with("line", line).with("mistake", named),
            None => named,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}` ", self.key)?;
        }
        self.message.fmt(f)
    }
}
