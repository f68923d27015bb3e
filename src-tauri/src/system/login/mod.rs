//! Start at login.

#[cfg(any(target_os = "linux", test))]
mod desktop_entry;
#[cfg(any(target_os = "macos", test))]
mod launch_agent;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(unix)]
use std::path::{Path, PathBuf};

use runtray_service::paths::Paths;
use tokio::sync::watch;

/// The system's list of login items.
pub(crate) trait LoginItems: Send + Sync {
    /// Whether this app is in the list.
    ///
    /// # Errors
    /// The system cannot be asked.
    fn contains(&self) -> Result<bool, String>;

    /// Adds this app to the list or removes it.
    ///
    /// # Errors
    /// The system refuses the change.
    fn set(&self, on: bool) -> Result<(), String>;
}

/// Whether the app starts at login.
pub(crate) struct Login {
    items: Box<dyn LoginItems>,
    known: watch::Sender<bool>,
}

impl Login {
    /// Reads the setting from the system.
    pub(crate) fn new(items: impl LoginItems + 'static) -> Self {
        let login = Self { items: Box::new(items), known: watch::Sender::new(false) };
        login.starts();
        login
    }

    /// Reads the setting from the system.
    pub(crate) fn starts(&self) -> bool {
        let starts = self.items.contains().unwrap_or_else(|error| {
            tracing::warn!(error, "the system does not say whether Runtray starts at login");
            false
        });
        self.known.send_if_modified(|known| std::mem::replace(known, starts) != starts);
        starts
    }

    /// Changes the setting and reads it back.
    ///
    /// # Errors
    /// The system refuses the change, with its reason.
    pub(crate) fn set(&self, on: bool) -> Result<bool, String> {
        let told = self.items.set(on);
        let starts = self.starts();
        told.map(|()| starts)
    }

    /// Watch channel of the setting as last read.
    pub(crate) fn changes(&self) -> watch::Receiver<bool> {
        self.known.subscribe()
    }
}

/// The system's list for this user.
pub(crate) fn system_items(paths: &Paths) -> impl LoginItems + 'static {
    system::Items::new(paths)
}

/// The program to start at login: this one, or the AppImage that contains it.
#[cfg(unix)]
fn program() -> Result<PathBuf, String> {
    let image = if cfg!(target_os = "linux") { std::env::var_os("APPIMAGE") } else { None };
    match image.filter(|image| !image.is_empty()) {
        Some(image) => Ok(image.into()),
        None => std::env::current_exe().map_err(|error| format!("this program's own path is not known: {error}")),
    }
}

/// Writes a login entry atomically: the system might start a half-written one.
#[cfg(unix)]
fn write(file: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("could not write {}: {error}", file.display());
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut new, text.as_bytes()).map_err(failed)?;
    new.persist(file).map(drop).map_err(|error| failed(error.error))
}

/// Deletes a file, which may not exist.
#[cfg(unix)]
fn remove(file: &Path) -> Result<(), String> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("could not delete {}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Login, LoginItems};

    /// A fake system that stores the setting, or refuses changes.
    #[derive(Default)]
    pub(crate) struct Remembered {
        on: AtomicBool,
        refuses: bool,
    }

    impl LoginItems for Remembered {
        fn contains(&self) -> Result<bool, String> {
            Ok(self.on.load(Ordering::SeqCst))
        }

        fn set(&self, on: bool) -> Result<(), String> {
            if self.refuses {
                return Err("not permitted".to_owned());
            }
            self.on.store(on, Ordering::SeqCst);
            Ok(())
        }
    }

    #[test]
    fn the_setting_is_the_one_of_the_system() {
        let login = Login::new(Remembered::default());
        let mut changes = login.changes();
        assert_eq!(login.set(true), Ok(true));
        assert!(changes.has_changed().expect("a sender") && *changes.borrow_and_update());
        let refusing = Login::new(Remembered { refuses: true, ..Remembered::default() });
        assert_eq!(refusing.set(true), Err("not permitted".to_owned()));
        assert!(!refusing.starts());
    }
}
