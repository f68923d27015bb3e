//! Valid settings, and the problems of a settings file.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runtray_engine::interpreter::{BUILT_IN, SCIENCE};
use runtray_engine::language::{Choices, Images, Language};
use runtray_engine::message::LocalizedMessage;
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
    /// `allowed_hosts`: names besides the loopback ones that `Host` may have, in lower case. They need the token.
    pub allowed_hosts: Vec<String>,
    /// `denied_origins`: web origins that are not offered for approval again.
    pub denied_origins: Vec<Origin>,
    /// `require_token`: strict mode, a bearer token on every route but `/health`.
    pub require_token: bool,
    /// `same_user_only`: programs of other users need the token.
    pub same_user_only: bool,
    /// `isolation`: the requested level.
    pub isolation: IsolationChoice,
    /// `allow_shells`: whether the system's shells may run programs at the isolation `none` too.
    pub allow_shells: bool,
    /// `[sandbox] read`: folders that programs in the sandbox may read.
    pub sandbox_read: Vec<PathBuf>,
    /// `[sandbox] write`: folders that programs in the sandbox may read and change.
    pub sandbox_write: Vec<PathBuf>,
    /// `[sandbox] network`: the network of programs in the sandbox.
    pub network: NetworkChoice,
    /// `[sandbox] network_always`: callers whose programs get a network without a question, where the settings ask one.
    pub network_always: Vec<String>,
    /// `[sandbox] network_never`: callers whose programs get no network; `None` if its value is wrong.
    pub network_never: Option<Vec<String>>,
    /// `[sandbox] network_allow`: services of this machine and its local network that programs with a network may reach.
    pub network_allow: Vec<SocketAddr>,
    /// `[container]`: the images of containers.
    pub images: Images,
    /// Why nothing may be run, for people: the requested isolation level is not available.
    pub refuse_to_run: Option<LocalizedMessage>,
    /// `[python] path`.
    pub python: Option<PathBuf>,
    /// `[node] path`.
    pub node: Option<PathBuf>,
    /// `[[language]]` rows.
    pub languages: Vec<Language>,
    /// `[limits]`: the limits of one run.
    pub limits: Limits,
    /// `[limits] timeout_ms`: the wall-clock time of a run whose request names none.
    pub default_timeout: Duration,
    /// `[limits] max_timeout_ms`: the longest time that a request may name.
    pub max_timeout: Duration,
    /// `[limits] terminal_idle_ms`: the time without input and output after which an interactive run is ended.
    pub terminal_idle: Duration,
    /// `[limits] terminal_total_ms`: the wall-clock time of an interactive run, and the longest that it may name.
    pub terminal_total: Duration,
    /// `[limits] kept_output_bytes`: the part of each stream that a JSON response keeps; the rest is read and dropped.
    pub kept_output_bytes: usize,
    /// `[limits] body_bytes`: the largest request body.
    pub body_bytes: usize,
    /// `[admission] slots`: concurrent executions.
    pub slots: usize,
    /// `[admission] queue`: executions that may wait for a slot.
    pub queue: usize,
    /// `[admission] terminals`: concurrent interactive executions, besides the others.
    pub terminals: usize,
    /// `[admission] waiting_bytes`: the memory of waiting requests and unread responses.
    pub waiting_bytes: usize,
    /// `stop_grace_ms`: how long executions may go on when the service stops.
    pub stop_grace: Duration,
    /// `[journal]`.
    pub journal: JournalSettings,
    /// `[warm]`: the interpreters that are started ahead.
    pub warm: Warm,
    /// `[updates]`: settings about new versions, unused by the service.
    pub updates: UpdateSettings,
    /// `[desktop]`: settings of the app, unused by the service.
    pub desktop: DesktopSettings,
}

/// The settings about new versions. The service does not use them: the app and `runtray update` do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateSettings {
    /// `daily`: whether the app looks for a new version once a day.
    pub daily: bool,
    /// `feed`: the address of the feed; empty for the build's address.
    pub feed: String,
    /// `key`: the public key that signs new versions; empty for the build's key.
    pub key: String,
    /// `hosts`: further hosts that the feed may lead to.
    pub hosts: Vec<String>,
}

/// The settings of the desktop app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesktopSettings {
    /// `start_hidden`: start without a window.
    pub start_hidden: bool,
    /// `notifications`.
    pub notifications: bool,
    /// `theme`.
    pub theme: Theme,
    /// `language`: a language's code, or `system`.
    pub language: String,
    /// `welcomed`: whether the user has closed the introduction.
    pub welcomed: bool,
}

/// The colours of the desktop app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The system's theme.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The network of programs in the sandbox, from the smallest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum NetworkChoice {
    /// `off`: none.
    #[default]
    Off,
    /// `ask`: as the user answers.
    Ask,
    /// `on`: public addresses.
    On,
}

impl NetworkChoice {
    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ask => "ask",
            Self::On => "on",
        }
    }
}

/// The isolation level that the user or a request asks for, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum IsolationChoice {
    /// `none`: containment only.
    None,
    /// `auto`: the strongest level that this version and this machine provide.
    #[default]
    Auto,
    /// `sandbox`: that level, or nothing is run.
    Sandbox,
    /// `container`: Docker or Podman, or nothing is run.
    Container,
    /// `wasm`: the built-in Python, or nothing is run.
    Wasm,
}

impl IsolationChoice {
    /// Its name in settings and requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Auto => "auto",
            Self::Sandbox => "sandbox",
            Self::Container => "container",
            Self::Wasm => "wasm",
        }
    }
}

/// The settings of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalSettings {
    /// `enabled`.
    pub enabled: bool,
    /// `max_age_days`: older executions are deleted.
    pub max_age: Duration,
    /// `max_bytes`: the file size above which the oldest executions are deleted.
    pub max_bytes: u64,
    /// `max_text_bytes`: the kept part of output and of error each.
    pub max_text_bytes: usize,
    /// `max_code_bytes`: the kept part of a program.
    pub max_code_bytes: usize,
    /// `max_input_bytes`: the kept part of a program's input.
    pub max_input_bytes: usize,
    /// `env_values`: whether values of environment variables are kept.
    pub env_values: bool,
}

/// A problem in the settings file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; `None` for the whole file.
    pub line: Option<usize>,
    /// The key's full name, such as `limits.memory_bytes`; empty for the whole file.
    pub key: String,
    /// The mistake and its remedy. It follows the key in a sentence, or is a sentence if there is no key.
    pub message: LocalizedMessage,
}

/// The settings of a file, and its problems.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Valid settings: the file's valid values, and defaults elsewhere.
    pub settings: Settings,
    /// The problems in the order of lines.
    pub problems: Vec<Problem>,
}

/// A day.
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 5000,
            allowed_origins: default_origins(),
            allowed_hosts: Vec::new(),
            denied_origins: Vec::new(),
            require_token: false,
            same_user_only: true,
            isolation: IsolationChoice::Auto,
            allow_shells: false,
            sandbox_read: Vec::new(),
            sandbox_write: Vec::new(),
            network: NetworkChoice::Off,
            network_always: Vec::new(),
            network_never: Some(Vec::new()),
            network_allow: Vec::new(),
            images: Images::default(),
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
            updates: UpdateSettings::default(),
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

/// The usual origins of web front ends during development.
fn default_origins() -> Vec<Origin> {
    ["http://localhost:3000", "http://localhost:3001", "http://127.0.0.1:3000", "http://127.0.0.1:3001"]
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect()
}

impl Settings {
    /// The choice of a Python that is in effect: at the isolation `wasm` it is a built-in one.
    pub fn python_in_effect(&self) -> Option<PathBuf> {
        match self.isolation {
            IsolationChoice::Wasm if self.python.as_deref() != Some(Path::new(SCIENCE)) => Some(BUILT_IN.into()),
            _ => self.python.clone(),
        }
    }

    /// The user's choice of interpreters and languages, for the engine.
    pub fn choices(&self) -> Choices {
        Choices {
            python: self.python.clone(),
            wasm: self.isolation == IsolationChoice::Wasm,
            container: self.isolation == IsolationChoice::Container,
            images: self.images.clone(),
            node: self.node.clone(),
            shells: self.allow_shells || self.isolation != IsolationChoice::None,
            languages: self.languages.clone(),
            writable: self.sandbox_write.clone(),
        }
    }
}

/// Logs the new problems of the file, and when none are left.
pub(crate) fn log_problems(before: &[Problem], now: &[Problem]) {
    for problem in now.iter().filter(|problem| !before.contains(problem)) {
        tracing::warn!("settings.toml: {problem}");
    }
    if now.is_empty() && !before.is_empty() {
        tracing::info!("settings.toml: no mistakes are left");
    }
}

impl Problem {
    /// The problem as a translatable sentence, with its line.
    pub fn message(&self) -> LocalizedMessage {
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
