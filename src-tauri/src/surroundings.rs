//! What this machine offers a desktop app: a display, a session bus, a place for tray icons.
//!
//! Asked before Tauri starts, because Tauri and the tray's library panic where these are missing.

use crate::i18n::Language;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// Why no window can be shown, if none can.
    pub(crate) no_display: Option<String>,
    /// Why there is no tray icon, if there is none.
    pub(crate) no_tray: Option<NoTray>,
}

/// Why there is no tray icon.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux desktops come without a tray"))]
pub(crate) enum NoTray {
    /// There is no session bus.
    Bus,
    /// Nobody on the bus shows tray icons.
    Host,
    /// The library that talks to the host is not installed.
    Library,
}

impl NoTray {
    /// Why, as the end of a sentence.
    pub(crate) fn reason(&self, language: Language) -> String {
        match self {
            Self::Bus => language.text("problem.tray.bus", &[]),
            Self::Host => language.text("problem.tray.host", &[]),
            Self::Library => language.text("problem.tray.library", &[]),
        }
    }
}

impl Surroundings {
    /// Looks around. Must be called on the main thread.
    #[cfg(target_os = "linux")]
    pub(crate) fn look() -> Self {
        Self { no_display: linux::no_display(), no_tray: linux::no_tray() }
    }

    /// Windows and macOS always have both.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn look() -> Self {
        Self { no_display: None, no_tray: None }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::NoTray;

    /// The names under which the tray's library looks for its own, as in `libappindicator-sys`.
    const LIBRARIES: [&str; 4] = [
        "libayatana-appindicator3.so.1",
        "libappindicator3.so.1",
        "libayatana-appindicator3.so",
        "libappindicator3.so",
    ];

    /// GTK can be initialised as often as one likes, and says what Tauri would panic about.
    pub(super) fn no_display() -> Option<String> {
        let named = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
        match gtk::init() {
            Ok(()) => None,
            Err(_) if named => Some("the display that DISPLAY or WAYLAND_DISPLAY names does not answer".to_owned()),
            Err(_) => Some("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned()),
        }
    }

    pub(super) fn no_tray() -> Option<NoTray> {
        if !LIBRARIES.iter().any(|name| can_be_loaded(name)) {
            return Some(NoTray::Library);
        }
        match has_host() {
            Err(_) => Some(NoTray::Bus),
            Ok(false) => Some(NoTray::Host),
            Ok(true) => None,
        }
    }

    fn can_be_loaded(name: &str) -> bool {
        #[expect(
            unsafe_code,
            reason = "loading a library runs its initialisers; this one is loaded by the tray anyway"
        )]
        // SAFETY: the library's initialisers ask nothing of us, and the tray's own code loads it in the same way.
        let library = unsafe { libloading::Library::new(name) };
        library.is_ok()
    }

    /// Whether somebody on the bus shows tray icons. A watcher without a host is a panel that shows none.
    fn has_host() -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let watcher = "org.kde.StatusNotifierWatcher";
        let proxy = zbus::blocking::Proxy::new(&bus, watcher, "/StatusNotifierWatcher", watcher)?;
        Ok(proxy.get_property("IsStatusNotifierHostRegistered").unwrap_or(false))
    }
}
