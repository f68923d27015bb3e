//! The folders that Runtray uses: configuration, data, and the runs' folders.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use runtray_engine::private;
use time::OffsetDateTime;
use time::macros::format_description;

/// The environment variable that puts all folders below one.
pub const HOME_VARIABLE: &str = "RUNTRAY_HOME";

/// The file beside the program that makes it portable: all folders are then below [`PORTABLE_FOLDER`] beside it.
const PORTABLE_FILE: &str = "portable.txt";

/// The folder beside a portable program.
const PORTABLE_FOLDER: &str = "data";

/// The paths of Runtray's folders. They are not created by finding them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The user's settings.
    pub config: PathBuf,
    /// The journal, the service's log and the token. It belongs to this machine and never roams.
    pub data: PathBuf,
    /// The runs' folders. It may be deleted whenever no service runs.
    pub runs: PathBuf,
}

/// Why the folders cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// The user has no home folder.
    #[error("this user has no home folder; set {HOME_VARIABLE} to a folder that Runtray may use")]
    NoHome,
    /// The variable's value is not a path.
    #[error("{HOME_VARIABLE} is not a usable path: {0}")]
    Unusable(#[source] io::Error),
}

impl Paths {
    /// The folders below `RUNTRAY_HOME` if that is set, else beside a portable program, else the platform's usual ones.
    ///
    /// # Errors
    /// Neither the variable nor a home folder is known, or the variable cannot be made an absolute path.
    pub fn find() -> Result<Self, PathsError> {
        match std::env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty()) {
            Some(root) => Self::below(&root),
            None => Self::beside(std::env::current_exe().ok().as_deref()).map_or_else(Self::usual, Ok),
        }
    }

    /// The folders beside `program` if it is portable.
    fn beside(program: Option<&Path>) -> Option<Self> {
        let folder = program?.parent()?;
        let root = folder.join(PORTABLE_FOLDER);
        folder.join(PORTABLE_FILE).is_file().then(|| Self::below(root.as_os_str()).ok())?
    }

    fn below(root: &OsStr) -> Result<Self, PathsError> {
        let root = std::path::absolute(Path::new(root)).map_err(PathsError::Unusable)?;
        Ok(Self { config: root.join("config"), data: root.join("data"), runs: root.join("runs") })
    }

    fn usual() -> Result<Self, PathsError> {
        let folders = ProjectDirs::from("", "", "runtray").ok_or(PathsError::NoHome)?;
        Ok(Self {
            config: folders.config_dir().to_owned(),
            data: folders.data_local_dir().to_owned(),
            runs: folders.cache_dir().join("runs"),
        })
    }

    /// Makes the folders and the files directly in them private to the user: an older version may have made them, or they may
    /// have been copied or restored. Failures are logged and otherwise ignored.
    pub(crate) fn protect(&self) {
        for folder in [&self.config, &self.data, &self.log_folder()] {
            if folder.is_dir() {
                if let Err(error) = private::folder(folder) {
                    tracing::warn!(%error, folder = %folder.display(), "other users may be able to read this");
                }
                private::keep_all(folder);
            }
        }
    }

    /// The folders that programs must not see, besides the runs' folder.
    pub fn hidden(&self) -> Vec<PathBuf> {
        vec![self.config.clone(), self.data.clone()]
    }

    /// The settings file, in TOML.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// The journal file, in SQLite.
    pub fn journal_file(&self) -> PathBuf {
        self.data.join("journal.sqlite3")
    }

    /// The folder of the service's own log, one file per day.
    pub fn log_folder(&self) -> PathBuf {
        self.data.join("log")
    }

    /// The browser's data of the app's window. It may be deleted whenever the app does not run.
    pub fn webview_folder(&self) -> PathBuf {
        self.runs.with_file_name("webview")
    }

    /// The folder of the packages of the built-in Python. Programs in it read them, so it is none of the hidden ones.
    pub fn packages_folder(&self) -> PathBuf {
        let is_below_one = self.data.file_name() == Some("data".as_ref());
        self.data.with_file_name(if is_below_one { "packages" } else { "runtray-packages" })
    }

    /// Packages that are fetched to update the app. The folder may be deleted whenever no update is made.
    pub fn update_folder(&self) -> PathBuf {
        self.runs.with_file_name("updates")
    }

    /// The file with the running service's address.
    pub fn address_file(&self) -> PathBuf {
        self.data.join("address")
    }

    /// The file with the sites whose pages were denied lately.
    pub(crate) fn denied_sites_file(&self) -> PathBuf {
        self.data.join("denied-sites.json")
    }

    /// The file with the access that the sandbox of Windows was given.
    pub fn sandbox_access_file(&self) -> PathBuf {
        self.data.join("sandbox-access.json")
    }

    /// The file with the bearer token.
    pub fn token_file(&self) -> PathBuf {
        self.data.join("token")
    }
}

/// The path to which an unusable file is moved: beside it, as `journal.broken-20261122T201822123.sqlite3`.
pub(crate) fn aside(path: &Path) -> PathBuf {
    let format = format_description!("[year][month][day]T[hour][minute][second][subsecond digits:3]");
    let now = OffsetDateTime::now_utc().format(format).unwrap_or_default();
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".broken-{now}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::Paths;

    #[test]
    fn one_variable_moves_every_path() {
        let root = tempfile::tempdir().expect("a folder");
        let paths = Paths::below(root.path().as_os_str()).expect("paths");
        for path in [
            paths.settings_file(),
            paths.journal_file(),
            paths.log_folder(),
            paths.token_file(),
            paths.packages_folder(),
            paths.runs,
        ] {
            assert!(path.starts_with(root.path()), "{} is outside", path.display());
        }
    }

    #[test]
    fn a_relative_variable_becomes_absolute_at_once() {
        let paths = Paths::below("somewhere".as_ref()).expect("paths");
        assert!(paths.config.is_absolute() && paths.data.is_absolute() && paths.runs.is_absolute());
    }

    #[test]
    fn a_portable_program_keeps_everything_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("runtray");
        assert_eq!(Paths::beside(Some(&program)), None);
        std::fs::write(folder.path().join("portable.txt"), "").expect("a file");
        let paths = Paths::beside(Some(&program)).expect("paths");
        for path in [paths.settings_file(), paths.journal_file(), paths.webview_folder(), paths.runs] {
            assert!(path.starts_with(folder.path().join("data")), "{} is elsewhere", path.display());
        }
    }
}
