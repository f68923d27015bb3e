//! The machine that discovery searches: environment, folders, registry. Tests replace it with a simulated one.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::built_in;
use super::packages::Packages;
use super::probe_cache::ProbeCache;
use super::registry::{self, Registry};
use super::reparse;
use super::writable::WritableFolders;

const PATIENCE: Duration = Duration::from_secs(5);

/// The platform whose conventions discovery follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other Unixes.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The platform of this build.
    pub const THIS: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

/// The input of discovery. Cloning is cheap, and clones share the results of probes.
#[derive(Clone)]
pub struct Machine {
    pub(super) platform: Platform,
    pub(super) variables: Arc<HashMap<String, OsString>>,
    pub(super) home: Option<PathBuf>,
    pub(super) current_folder: Option<PathBuf>,
    /// The folder that stands for `/`; a fixture has its own.
    pub(super) root: PathBuf,
    pub(super) registry: Arc<dyn Registry>,
    /// Reads the reparse data of a file, if it has some.
    pub(super) reparse_data: fn(&Path) -> Option<Vec<u8>>,
    /// How long a probe may take.
    pub(super) patience: Duration,
    /// The login shell's PATH, once it was read.
    pub(super) login_path: Arc<OnceCell<Option<OsString>>>,
    /// The program of the built-in Python, if it is installed.
    pub(super) built_in: Option<PathBuf>,
    /// The folder of the packages of the built-in Python.
    pub(super) packages: Option<PathBuf>,
    /// Whether own Pythons run without any isolation.
    pub(super) own_are_open: Arc<AtomicBool>,
    /// The folders that programs in the sandbox may write to.
    pub(super) writable: WritableFolders,
    /// The answers of interpreters.
    pub(super) probes: Arc<ProbeCache>,
}

impl Machine {
    /// This machine, with the current environment of this process. No interpreter has been probed.
    pub fn this() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            platform: Platform::THIS,
            variables: Arc::new(variables.map(|(name, value)| (key(Platform::THIS, &name), value)).collect()),
            home: std::env::home_dir(),
            current_folder: std::env::current_dir().ok(),
            root: PathBuf::from("/"),
            registry: registry::this(),
            reparse_data: reparse::reparse_data,
            patience: PATIENCE,
            login_path: Arc::default(),
            built_in: built_in::installed(),
            packages: None,
            own_are_open: Arc::default(),
            writable: WritableFolders::default(),
            probes: Arc::default(),
        }
    }

    /// This machine with the packages in `folder` for the built-in Python.
    #[must_use]
    pub fn with_packages(self, folder: PathBuf) -> Self {
        Self { packages: Some(folder), ..self }
    }

    /// Says to which folders programs in the sandbox may write: an interpreter in them is not used unless the user chose its
    /// path. Clones share this.
    pub fn set_writable(&self, folders: &[PathBuf]) {
        self.writable.set(folders);
    }

    /// The folder of [`Self::set_writable`] in which a program could have put the file at `path`.
    pub(crate) fn lets_programs_change(&self, path: &Path) -> Option<PathBuf> {
        self.writable.that_exposes(path)
    }

    /// The current folder; if programs may write to it, one to which they may not.
    pub(super) fn folder_to_probe_in(&self) -> Option<&Path> {
        let folders = [self.current_folder.as_deref(), self.home.as_deref(), Some(&self.root)].into_iter().flatten();
        folders.into_iter().find(|folder| self.lets_programs_change(folder).is_none())
    }

    /// The program of the built-in Python, if it is installed.
    pub fn built_in(&self) -> Option<&Path> {
        self.built_in.as_deref()
    }

    /// The folders of the built-in Python and of its packages, which hold machine code; none if it is not installed.
    pub(crate) fn code_of_built_in(&self) -> Vec<PathBuf> {
        let folders = self.built_in.iter().flat_map(|built_in| built_in::folders(built_in));
        folders.chain(self.built_in.as_ref().and(self.packages.clone())).collect()
    }

    /// The packages of the built-in Python now.
    pub(crate) fn packages(&self) -> Option<Packages> {
        self.packages.as_deref().map(Packages::of)
    }

    /// Whether [`Self::set_own_are_open`] decides which Python is found first. On other systems the built-in Python is always
    /// first, or there is none.
    pub fn may_prefer_built_in(&self) -> bool {
        self.platform == Platform::Linux && self.built_in.is_some()
    }

    /// Says whether own Pythons run without any isolation: the built-in one then comes before them. Clones share this. Returns
    /// whether it changed.
    pub fn set_own_are_open(&self, open: bool) -> bool {
        self.own_are_open.swap(open, Ordering::Relaxed) != open
    }

    /// Whether the built-in Python comes before own ones. On Windows and macOS nothing else isolates programs.
    pub(crate) fn prefers_built_in(&self) -> bool {
        self.platform != Platform::Linux || self.own_are_open.load(Ordering::Relaxed)
    }

    /// An environment variable; an empty one counts as missing, as for shells and Python.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(&key(self.platform, name))?;
        (!value.is_empty()).then_some(value.as_os_str())
    }

    /// An environment variable with the absolute path of a folder.
    pub(super) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// A folder below the user's home.
    pub(super) fn below_home(&self, relative: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(relative))
    }

    /// The folder of an absolute Unix path on this machine.
    pub(super) fn absolute(&self, unix: &str) -> PathBuf {
        self.root.join(unix.trim_start_matches('/'))
    }

    /// The user's data folder by the XDG convention.
    pub(super) fn data_folder(&self) -> Option<PathBuf> {
        self.folder("XDG_DATA_HOME").or_else(|| self.below_home(".local/share"))
    }

    pub(super) fn is_windows(&self) -> bool {
        self.platform == Platform::Windows
    }

    pub(super) fn is_macos(&self) -> bool {
        self.platform == Platform::MacOs
    }
}

impl fmt::Debug for Machine {
    /// Omits the values of the environment: some are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("platform", &self.platform).field("home", &self.home).finish_non_exhaustive()
    }
}

/// The key of a variable: Windows ignores the case of names.
pub(super) fn key(platform: Platform, name: &str) -> String {
    if platform == Platform::Windows { name.to_ascii_uppercase() } else { name.to_owned() }
}
