//! How many interpreters may wait, as the user has it.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::LazyLock;
use std::time::Duration;

/// Asked once: the answer takes a dozen files.
static CORES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));

/// How many interpreters of a language wait prestart of their programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PoolSize {
    /// As many as were lately wanted, at most one a processor core; none after long idleness.
    #[default]
    Auto,
    /// Always so many; 0 is none.
    Fixed(usize),
}

/// The interpreters that wait prestart of their programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warm {
    /// How many, by the language's name; `Auto` where it is not named.
    pub sizes: BTreeMap<String, PoolSize>,
    /// Memory of all of them together, in bytes, above which no more are started.
    pub memory_bytes: u64,
    /// How long those of a language wait that nobody uses.
    pub idle: Duration,
}

impl Default for Warm {
    fn default() -> Self {
        Self { sizes: BTreeMap::new(), memory_bytes: 256 << 20, idle: Duration::from_secs(600) }
    }
}

impl Warm {
    /// Nothing waits; every program starts its own interpreter.
    pub fn none() -> Self {
        Self { memory_bytes: 0, ..Self::default() }
    }

    /// The size for `language`.
    pub fn size(&self, language: &str) -> PoolSize {
        self.sizes.get(language).copied().unwrap_or_default()
    }
}

impl PoolSize {
    /// How many wait when `lately` were wanted.
    pub(super) fn target(self, lately: usize) -> usize {
        match self {
            Self::Auto => lately,
            Self::Fixed(count) => count,
        }
    }

    /// What holds for sorts of a language's programs that are rarer: none waits before one was used.
    pub(super) fn on_demand(self) -> Self {
        match self {
            Self::Fixed(0) => self,
            Self::Auto | Self::Fixed(_) => Self::Auto,
        }
    }

    /// The most that ever wait.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Auto => *CORES,
            Self::Fixed(count) => count,
        }
    }
}
