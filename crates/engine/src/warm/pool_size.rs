//! How many interpreters may be idle, as configured.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::LazyLock;
use std::time::Duration;

/// Read once: the answer takes a dozen files.
static CORES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));

/// How many interpreters of a language are kept idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PoolSize {
    /// As many as were recently needed at once, at most one per processor core; none after a long idle time.
    #[default]
    Auto,
    /// A constant number; 0 keeps none.
    Fixed(usize),
}

/// The configuration of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warm {
    /// The size by the language's name; `Auto` for languages not listed.
    pub sizes: BTreeMap<String, PoolSize>,
    /// The memory of all idle interpreters, in bytes, above which no more are started.
    pub memory_bytes: u64,
    /// How long an unused language keeps its interpreters.
    pub idle: Duration,
    /// How long a program has the processor to itself before the next interpreter is started. Most have ended by then, and the
    /// next one is started when their answer was sent.
    pub head_start: Duration,
}

impl Default for Warm {
    fn default() -> Self {
        Self {
            sizes: BTreeMap::new(),
            memory_bytes: 256 << 20,
            idle: Duration::from_secs(600),
            head_start: Duration::from_millis(50),
        }
    }
}

impl Warm {
    /// Keeps no interpreters: every program starts its own.
    pub fn none() -> Self {
        Self { memory_bytes: 0, ..Self::default() }
    }

    /// Whether anything is kept idle.
    pub(crate) fn keeps_any(&self) -> bool {
        self.memory_bytes > 0
    }

    /// The size for `language`.
    pub fn size(&self, language: &str) -> PoolSize {
        self.sizes.get(language).copied().unwrap_or_default()
    }
}

impl PoolSize {
    /// How many to keep idle at the given demand.
    pub(super) fn target(self, lately: usize) -> usize {
        match self {
            Self::Auto => lately,
            Self::Fixed(count) => count,
        }
    }

    /// The size for rare kinds of a language's programs: none is idle before the first request.
    pub(super) fn on_demand(self) -> Self {
        match self {
            Self::Fixed(0) => self,
            Self::Auto | Self::Fixed(_) => Self::Auto,
        }
    }

    /// The most that are ever idle.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Auto => *CORES,
            Self::Fixed(count) => count,
        }
    }
}
