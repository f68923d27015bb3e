//! Private folders and files: 0700 and 0600, whatever the umask.
//!
//! Every file and folder that Runtray keeps is created here; existing ones lose the permissions of group and others. On Windows
//! they usually lie in the user's profile, whose inherited access list keeps other users out; elsewhere a folder gets one of its
//! own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates the folder and missing parents, and makes the folder itself private.
///
/// # Errors
/// The folder cannot be created.
pub fn folder(path: &Path) -> io::Result<()> {
    platform::create_folder(path)?;
    platform::tighten(path, 0o700)
}

/// Creates a private folder where nothing exists yet.
pub(crate) fn new_folder(path: &Path) -> io::Result<()> {
    platform::create_new_folder(path)
}

/// Opens a file with `options` and makes it private, whether it is new or existed.
///
/// # Errors
/// The file cannot be opened.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = platform::for_owner(options).open(path)?;
    keep(path)?;
    Ok(file)
}

/// Creates the file, or truncates it.
///
/// # Errors
/// The file cannot be created.
pub fn create(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().write(true).create(true).truncate(true))
}

/// Creates the file if it is missing; an existing one keeps its content.
///
/// # Errors
/// The file cannot be created.
pub fn ensure(path: &Path) -> io::Result<()> {
    open(path, OpenOptions::new().append(true).create(true)).map(drop)
}

/// Makes a file private; a missing one is ignored.
///
/// # Errors
/// The file's permissions cannot be read.
pub fn keep(path: &Path) -> io::Result<()> {
    match platform::tighten(path, 0o600) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// [`keep`] for every file directly in `folder`. Unreadable entries are skipped, as this is repeated at every start.
pub fn keep_all(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = keep(&entry.path());
        }
    }
}

#[cfg(unix)]
mod platform {
    //! By mode.

    use std::fs::{self, DirBuilder, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    use std::path::Path;

    pub(super) fn create_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    pub(super) fn create_new_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600)
    }

    /// Removes every permission that is not in `most`. A file system without modes, and a file of another owner, stay as they
    /// are.
    pub(super) fn tighten(path: &Path, most: u32) -> io::Result<()> {
        let mode = fs::metadata(path)?.permissions().mode() & 0o7777;
        // A umask may have removed permissions of the owner too.
        if mode == most || (mode & !most == 0 && mode & 0o400 != 0) {
            return Ok(());
        }
        let wanted = if mode & 0o400 == 0 { most } else { mode & most };
        if let Err(error) = fs::set_permissions(path, Permissions::from_mode(wanted)) {
            tracing::warn!(%error, path = %path.display(), "other users may be able to read this");
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod platform {
    //! By the access list of the profile, or of the folder.

    use std::fs::{self, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn create_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(super) fn create_new_folder(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    /// Closes a folder to other users; its content inherits that. A disk without access lists stays as it is.
    pub(super) fn tighten(path: &Path, _most: u32) -> io::Result<()> {
        if fs::metadata(path)?.is_dir()
            && let Err(error) = crate::sys::close_folder(path)
        {
            tracing::warn!(%error, path = %path.display(), "other users may be able to read this");
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{create, ensure, folder, keep, keep_all};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn what_is_made_and_what_was_open_is_the_owner_s_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let inner = home.path().join("a/b");
        folder(&inner).expect("made");
        assert_eq!((mode(&home.path().join("a")), mode(&inner)), (0o700, 0o700));
        set(&inner, 0o777);
        folder(&inner).expect("there");
        assert_eq!(mode(&inner), 0o700);
        let file = inner.join("file");
        fs::write(&file, "kept").expect("a file");
        set(&file, 0o666);
        ensure(&file).expect("there");
        assert_eq!((mode(&file), fs::read_to_string(&file).expect("a file").as_str()), (0o600, "kept"));
        set(&file, 0o644);
        keep_all(&inner);
        assert_eq!(mode(&file), 0o600);
        set(&file, 0o666);
        create(&file).expect("made anew");
        assert_eq!((mode(&file), fs::metadata(&file).expect("a file").len()), (0o600, 0));
        set(&file, 0o400);
        keep(&file).expect("private");
        assert_eq!(mode(&file), 0o400, "a file that its owner protects stays protected");
        keep(&inner.join("none")).expect("nothing to do");
    }
}
