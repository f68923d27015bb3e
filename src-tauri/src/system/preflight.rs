//! Platform checks: display, session bus, tray.
//!
//! They run before Tauri starts, because Tauri and the tray library panic if one of these is missing.

use crate::i18n::Language;

/// The results of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preflight {
    /// The reason why no window can be shown, if so.
    pub(crate) no_display: Option<String>,
    /// The reason why there is no tray icon, if so.
    pub(crate) no_tray: Option<NoTray>,
}

/// The reason why there is no tray icon.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux desktops come without a place for icons"))]
pub(crate) enum NoTray {
    /// There is no session bus.
    Bus,
    /// There is no tray host on the bus, or not yet.
    Host,
    /// The library that talks to the host is not installed.
    Library,
    /// The system refused the icon.
    Refused(String),
}

impl NoTray {
    /// The reason as the end of a sentence.
    pub(crate) fn reason(&self, language: Language) -> String {
        match self {
            Self::Bus => language.text("problem.tray.bus", &[]),
            Self::Host => language.text("problem.tray.host", &[]),
            Self::Library => language.text("problem.tray.library", &[]),
            Self::Refused(reason) => reason.clone(),
        }
    }
}

impl Preflight {
    /// Runs the checks. Must be called on the main thread.
    #[cfg(target_os = "linux")]
    pub(crate) fn check() -> Self {
        Self { no_display: linux::no_display(), no_tray: linux::no_tray() }
    }

    /// Windows and macOS always have both.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn check() -> Self {
        Self { no_display: None, no_tray: None }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::host_appears;

/// Other systems always have a tray.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn host_appears() -> Result<(), std::convert::Infallible> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use futures_util::StreamExt as _;

    use super::NoTray;

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const WATCHER_PATH: &str = "/StatusNotifierWatcher";
    const HAS_HOST: &str = "IsStatusNotifierHostRegistered";

    /// The names of the library that the tray code loads, as in `libappindicator-sys`.
    const LIBRARIES: [&str; 4] = [
        "libayatana-appindicator3.so.1",
        "libappindicator3.so.1",
        "libayatana-appindicator3.so",
        "libappindicator3.so",
    ];

    /// GTK may be initialised more than once; this reports the error that would make Tauri panic.
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
        // SAFETY: the initialisers of the library have no preconditions, and the tray code loads it in the same way.
        let library = unsafe { libloading::Library::new(name) };
        library.is_ok()
    }

    /// Whether a tray host is on the bus. A watcher without a host is a panel that shows no icons.
    fn has_host() -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let watcher = zbus::blocking::Proxy::new(&bus, WATCHER, WATCHER_PATH, WATCHER)?;
        Ok(watcher.get_property(HAS_HOST).unwrap_or(false))
    }

    /// Waits for a tray host: at login the panel may start later than the app.
    pub(crate) async fn host_appears() -> zbus::Result<()> {
        let bus = zbus::Connection::session().await?;
        let names = zbus::fdo::DBusProxy::new(&bus).await?;
        let mut watchers = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
        let builder = zbus::proxy::Builder::<zbus::Proxy<'_>>::new(&bus).destination(WATCHER)?.path(WATCHER_PATH)?;
        let watcher = builder.interface(WATCHER)?.cache_properties(zbus::proxy::CacheProperties::No).build().await?;
        let mut hosts = watcher.receive_signal("StatusNotifierHostRegistered").await?;
        while !watcher.get_property(HAS_HOST).await.unwrap_or(false) {
            tokio::select! {
                _ = watchers.next() => {}
                _ = hosts.next() => {}
            }
        }
        Ok(())
    }
}
