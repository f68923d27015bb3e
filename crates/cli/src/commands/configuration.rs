//! Folders and settings, as every command reads them.

use runtray_service::paths::Paths;
use runtray_service::settings::Loaded;

use crate::print;

/// Finds the folders and reads the settings. Prints problems of the settings to standard error.
///
/// # Errors
/// The folders of this user are unknown.
pub(super) fn settings() -> anyhow::Result<(Paths, Loaded)> {
    let paths = Paths::find()?;
    let file = paths.settings_file();
    let loaded = Loaded::from_file(&file);
    for problem in &loaded.problems {
        print::note(format_args!("runtray: {}: {problem}", file.display()));
    }
    Ok((paths, loaded))
}
