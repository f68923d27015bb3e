//! `runtray path`: this program's folder on the user's `PATH`, in the registry.
//!
//! Installers call it, because their own strings are too short for many a `PATH`. They also tell running programs of the change.

#[cfg(windows)]
pub(super) use registry::change;

/// The separator of folders.
const SEPARATOR: char = ';';

/// `path` with `folder` at its end, or as it is if the folder is in it.
fn with(path: &str, folder: &str) -> String {
    if path.split(SEPARATOR).any(|entry| same(entry, folder)) {
        return path.to_owned();
    }
    let entry = if folder.contains(SEPARATOR) { format!("\"{folder}\"") } else { folder.to_owned() };
    match path.trim_end_matches(SEPARATOR) {
        "" => entry,
        path => format!("{path}{SEPARATOR}{entry}"),
    }
}

/// `path` without `folder`. The other entries keep their order and spelling.
fn without(path: &str, folder: &str) -> String {
    let quoted = format!("\"{folder}\"");
    let path = if folder.contains(SEPARATOR) { path.replace(&quoted, "") } else { path.to_owned() };
    let entries: Vec<_> = path.split(SEPARATOR).filter(|entry| !entry.is_empty() && !same(entry, folder)).collect();
    entries.join(&SEPARATOR.to_string())
}

/// Whether an entry names the folder, as Windows compares paths.
fn same(entry: &str, folder: &str) -> bool {
    let bare = |path: &str| path.trim().trim_matches('"').trim_end_matches('\\').to_lowercase();
    bare(entry) == bare(folder)
}

#[cfg(windows)]
mod registry {
    use std::io::ErrorKind;

    use anyhow::{Context as _, Result};
    use winreg::enums::{HKEY_CURRENT_USER, KEY_READ, KEY_WRITE, REG_EXPAND_SZ, RegType};
    use winreg::types::ToRegValue as _;
    use winreg::{RegKey, RegValue};

    use super::{with, without};
    use crate::args::PathChange;

    /// The value's name.
    const PATH: &str = "Path";

    /// Changes the user's `PATH`. The kind of the value stays, because only one of the two kinds expands variables.
    ///
    /// # Errors
    /// The registry cannot be read or written, or the value is no text.
    pub(in super::super) fn change(change: PathChange) -> Result<()> {
        let program = std::env::current_exe().context("this program's own path is not known")?;
        let folder = program.parent().context("this program is in no folder")?;
        let folder = folder.to_str().context("this program's path is not Unicode; change PATH by hand")?;
        let (environment, _) = RegKey::predef(HKEY_CURRENT_USER)
            .create_subkey_with_flags("Environment", KEY_READ | KEY_WRITE)
            .context("cannot open the user's variables")?;
        let (path, kind) = read(&environment)?;
        let new = match change {
            PathChange::Add => with(&path, folder),
            PathChange::Remove => without(&path, folder),
        };
        if new == path {
            return Ok(());
        }
        write(&environment, &new, kind).context("cannot change the user's PATH")
    }

    fn read(environment: &RegKey) -> Result<(String, RegType)> {
        match environment.get_raw_value(PATH) {
            Ok(RegValue { vtype, .. }) => {
                let path = environment.get_value(PATH).context("the user's PATH is no text; change it by hand")?;
                Ok((path, vtype))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok((String::new(), REG_EXPAND_SZ)),
            Err(error) => Err(error).context("cannot read the user's PATH"),
        }
    }

    fn write(environment: &RegKey, path: &str, kind: RegType) -> std::io::Result<()> {
        if path.is_empty() {
            return environment.delete_value(PATH);
        }
        let mut value = path.to_reg_value();
        value.vtype = kind;
        environment.set_raw_value(PATH, &value)
    }
}

#[cfg(test)]
mod tests {
    use super::{with, without};

    const FOLDER: &str = r"C:\Users\Jörg Łukasz 王\AppData\Local\Programs\Runtray";

    #[test]
    fn the_folder_comes_last_and_once() {
        for (before, after) in [
            ("", FOLDER.to_owned()),
            (r"C:\a", format!(r"C:\a;{FOLDER}")),
            (r"C:\a;", format!(r"C:\a;{FOLDER}")),
            (r"%USERPROFILE%\bin;C:\b", format!(r"%USERPROFILE%\bin;C:\b;{FOLDER}")),
        ] {
            let added = with(before, FOLDER);
            assert_eq!(added, after);
            assert_eq!(with(&added, FOLDER), after, "a second time");
            assert_eq!(without(&added, FOLDER), before.trim_end_matches(';'));
        }
    }

    #[test]
    fn other_spellings_of_the_folder_are_it() {
        for entry in [FOLDER.to_uppercase(), format!(r"{FOLDER}\"), format!("\"{FOLDER}\"")] {
            assert_eq!(with(&entry, FOLDER), entry);
            assert_eq!(without(&format!(r"C:\a;{entry};C:\b"), FOLDER), r"C:\a;C:\b");
        }
        let longer = format!("{FOLDER} 2");
        assert_eq!(without(&longer, FOLDER), longer);
    }

    #[test]
    fn a_folder_with_a_semicolon_is_quoted() {
        let added = with(r"C:\a", r"C:\b;c");
        assert_eq!(added, "C:\\a;\"C:\\b;c\"");
        assert_eq!(without(&added, r"C:\b;c"), r"C:\a");
    }

    #[test]
    fn a_long_path_stays_whole() {
        let long: Vec<_> = (0..500).map(|number| format!(r"C:\folder\number\{number}")).collect();
        let long = long.join(";");
        assert_eq!(without(&with(&long, FOLDER), FOLDER), long);
    }
}
