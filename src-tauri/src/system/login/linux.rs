//! The entry in the user's autostart folder, as freedesktop.org specifies it.

use std::io::Write as _;
use std::path::PathBuf;

use runtray_engine::private;
use runtray_service::paths::Paths;

use super::{LoginItems, desktop_entry, program, remove, write};

const ICON: &[u8] = include_bytes!("../../../icons/128x128.png");

/// The entry's file, and the icon that it names.
pub(super) struct Items {
    file: Option<PathBuf>,
    icon: PathBuf,
}

impl Items {
    pub(super) fn new(paths: &Paths) -> Self {
        let items =
            Self { file: folder().map(|folder| folder.join("Runtray.desktop")), icon: paths.data.join("runtray.png") };
        items.mend();
        items
    }

    /// Replaces the entry of an earlier version, which did not quote its path.
    fn mend(&self) {
        let is_old = self.present().is_ok_and(|text| text.is_some_and(|text| desktop_entry::is_of_old(&text)));
        if is_old && let Err(error) = self.set(true) {
            tracing::warn!(error, "the login entry of an earlier version could not be replaced");
        }
    }

    fn file(&self) -> Result<&PathBuf, String> {
        self.file.as_ref().ok_or_else(|| "this user has no home folder".to_owned())
    }

    fn present(&self) -> Result<Option<String>, String> {
        let file = self.file()?;
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("could not read {}: {error}", file.display())),
        }
    }
}

impl LoginItems for Items {
    fn contains(&self) -> Result<bool, String> {
        Ok(self.present()?.is_some_and(|text| desktop_entry::is_enabled(&text)))
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let file = self.file()?;
        if !on {
            return remove(file).and_then(|()| remove(&self.icon));
        }
        let text = desktop_entry::text(&program()?, &self.icon)?;
        private::folder(self.icon.parent().unwrap_or(&self.icon))
            .and_then(|()| private::create(&self.icon)?.write_all(ICON))
            .map_err(|error| format!("could not write {}: {error}", self.icon.display()))?;
        write(file, &text)
    }
}

/// The specification says to ignore a relative value.
fn folder() -> Option<PathBuf> {
    let configured = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let config = configured.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    config.map(|config| config.join("autostart"))
}
