//! Starting at login: what the system says, and telling it.

use tauri::{AppHandle, Wry};
use tokio::sync::watch;

/// The system's list of what starts at login.
pub(crate) trait LoginItems: Send + Sync {
    /// Whether this app is on it.
    ///
    /// # Errors
    /// The system cannot be asked.
    fn contains(&self) -> Result<bool, String>;

    /// Puts this app on it or takes it off.
    ///
    /// # Errors
    /// The system refuses.
    fn set(&self, on: bool) -> Result<(), String>;
}

/// Whether the app starts at login.
pub(crate) struct Login {
    items: Box<dyn LoginItems>,
    known: watch::Sender<bool>,
}

impl Login {
    /// Asks the system at once.
    pub(crate) fn new(items: impl LoginItems + 'static) -> Self {
        let login = Self { items: Box::new(items), known: watch::Sender::new(false) };
        login.starts();
        login
    }

    /// What the system says now.
    pub(crate) fn starts(&self) -> bool {
        let starts = self.items.contains().unwrap_or_else(|error| {
            tracing::warn!(error, "the system does not say whether Runtray starts at login");
            false
        });
        self.known.send_if_modified(|known| std::mem::replace(known, starts) != starts);
        starts
    }

    /// Tells the system; what it says then.
    ///
    /// # Errors
    /// It refuses, with its reason.
    pub(crate) fn set(&self, on: bool) -> Result<bool, String> {
        let told = self.items.set(on);
        let starts = self.starts();
        told.map(|()| starts)
    }

    /// What the system last said, now and whenever that changes.
    pub(crate) fn changes(&self) -> watch::Receiver<bool> {
        self.known.subscribe()
    }
}

/// This user's list, as the system keeps it.
#[cfg(not(windows))]
pub(crate) fn system_items(app: &AppHandle<Wry>) -> impl LoginItems + 'static {
    app.clone()
}

/// This user's list, as the system keeps it.
#[cfg(windows)]
pub(crate) fn system_items(_app: &AppHandle<Wry>) -> impl LoginItems + 'static {
    registry::RunKey
}

#[cfg(not(windows))]
impl LoginItems for AppHandle<Wry> {
    fn contains(&self) -> Result<bool, String> {
        use tauri_plugin_autostart::ManagerExt as _;
        self.autolaunch().is_enabled().map_err(|error| error.to_string())
    }

    fn set(&self, on: bool) -> Result<(), String> {
        use tauri_plugin_autostart::ManagerExt as _;
        let login = self.autolaunch();
        if on { login.enable() } else { login.disable() }.map_err(|error| error.to_string())
    }
}

/// Without Tauri's plugin: it would put an administrator's choice on the list of all users, and a path with spaces without quotes.
#[cfg(windows)]
mod registry {
    use auto_launch::{AutoLaunch, WindowsEnableMode};

    use super::LoginItems;

    /// The registry key of what starts when this user logs in.
    pub(super) struct RunKey;

    impl LoginItems for RunKey {
        fn contains(&self) -> Result<bool, String> {
            entry()?.is_enabled().map_err(|error| error.to_string())
        }

        fn set(&self, on: bool) -> Result<(), String> {
            let entry = entry()?;
            if on { entry.enable() } else { entry.disable() }.map_err(|error| error.to_string())
        }
    }

    fn entry() -> Result<AutoLaunch, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let quoted = format!("\"{}\"", program.display());
        Ok(AutoLaunch::new("Runtray", &quoted, WindowsEnableMode::CurrentUser, &["--hidden"]))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Login, LoginItems};

    /// A system that remembers, or refuses.
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
    fn what_the_system_says_counts() {
        let login = Login::new(Remembered::default());
        let mut changes = login.changes();
        assert_eq!(login.set(true), Ok(true));
        assert!(changes.has_changed().expect("a sender") && *changes.borrow_and_update());
        let refusing = Login::new(Remembered { refuses: true, ..Remembered::default() });
        assert_eq!(refusing.set(true), Err("not permitted".to_owned()));
        assert!(!refusing.starts());
    }
}
