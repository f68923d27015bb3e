//! The shipped artifact: unpacked once, and checked before it is mapped.
//!
//! The machine code is mapped from a file in a folder that only this user can write to. That file and the library are hashed when
//! they are unpacked, and again before they are used (`checked.rs`).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::about::{self, About, Packed};
use crate::arguments::Folders;
use crate::checked::{self, Checked, Hashing};
use crate::compression::{self, Filter};
use crate::{folders, library};

/// The machine code in its unpacked folder.
const CODE: &str = "python.cwasm";

/// The standard library in its unpacked folder. These names are short: Windows has programs that cannot use a path of more than
/// 259 characters, and its uninstaller is one.
const LIBRARY: &str = "lib";

/// The file that is locked while one process unpacks.
const LOCK: &str = "lock";

/// The folder that is being unpacked.
const UNFINISHED: &str = "new";

/// The most characters of a path in the folder of a version: `lib` with the longest name of a time zone.
const DEEPEST: usize = 60;

/// The most characters of a path that every program for Windows can use.
const LONGEST: usize = 259;

/// The attempts to move an unpacked folder to its place, and the pause between them. On Windows the move may be refused while a
/// virus scanner, for example, holds a new file.
const ATTEMPTS: u32 = if cfg!(windows) { 40 } else { 1 };
const PAUSE: Duration = Duration::from_millis(50);

/// Why the built-in Python cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its description is missing or damaged.
    #[error(transparent)]
    About(#[from] about::Error),
    /// It was not compiled for this system.
    #[error("{0} has no machine code for {target}", target = about::TARGET)]
    OtherSystem(String),
    /// A shipped file was changed.
    #[error("{file} is damaged: {reason}; install Runtray again")]
    Damaged {
        /// The file.
        file: String,
        /// The fault.
        reason: String,
    },
    /// No folder can hold it.
    #[error("cannot unpack the built-in Python: {0}")]
    Unpacking(String),
    /// The folder may be changed by others.
    #[error("{0} can be written to by other users: machine code is not run from it")]
    NotPrivate(String),
}

/// The unpacked files.
#[derive(Debug)]
pub struct Unpacked {
    /// The machine code. It must be kept as long as it is used.
    pub code: Checked,
    /// The standard library.
    pub library: PathBuf,
    /// Their folder.
    pub folder: PathBuf,
    /// The mark of their folder and files, which holds as long as they do not change.
    pub identity: String,
}

/// Where the shipped files are.
///
/// # Errors
/// The path of this program is unknown.
pub fn home(folders: &Folders) -> Result<PathBuf, Error> {
    match &folders.home {
        Some(home) => Ok(home.clone()),
        None => folders::home().map_err(|error| Error::Unpacking(error.to_string())),
    }
}

/// The unpacked files of this version, unpacked now if they are not there.
///
/// # Errors
/// The reasons in [`Error`].
pub fn open(folders: &Folders) -> Result<Unpacked, Error> {
    let home = home(folders)?;
    let about = About::read(&home)?;
    let code = about.code_here().ok_or_else(|| Error::OtherSystem(home.display().to_string()))?;
    let version = version(code, &about.library);
    let mut refusal = None;
    for cache in caches(folders, &home) {
        let folder = cache.join(&version);
        let known = folders.checked.as_deref();
        match ready(&folder, &about, code, known).or_else(|_| unpack(&home, &about, code, &folder)) {
            Ok(unpacked) => return Ok(unpacked),
            Err(error @ (Error::Damaged { .. } | Error::NotPrivate(_))) => return Err(error),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    Err(refusal.unwrap_or_else(|| Error::Unpacking("this user has no cache folder".to_owned())))
}

/// The name of the folder for these files.
fn version(code: &Packed, library: &Packed) -> String {
    [code, library].into_iter().flat_map(|packed| packed.sha256.chars().take(8)).collect()
}

/// Keeps a folder of modules from being removed as long as the result lives: the file beside it is locked, if there is one.
pub fn use_packages(folder: &Path) -> Option<File> {
    let lock = File::open(folder.with_extension("lock")).ok()?;
    lock.try_lock_shared().ok()?;
    Some(lock)
}

/// Where it may be unpacked: the given folder alone, or beside the shipped files, or in the user's own cache. That cache comes
/// first where Windows cannot name every file beside the shipped ones, and the cache's names are shorter.
fn caches(folders: &Folders, home: &Path) -> impl Iterator<Item = PathBuf> {
    let given = folders.cache.clone();
    let (users, beside) = (given.is_none().then_some(folders::cache), home.join("unpacked"));
    // Asking for the user costs time: only where the first cannot be used.
    let users = move || users.and_then(|ask| ask());
    let is_long = cfg!(windows) && is_long(&beside);
    let shorter = is_long.then(users).flatten().filter(|users| length(users) < length(&beside));
    shorter.into_iter().chain([given.unwrap_or(beside)]).chain(std::iter::once_with(users).flatten())
}

/// Whether a file that is unpacked in `cache` has a path that not every program for Windows can use.
fn is_long(cache: &Path) -> bool {
    length(cache) + 1 + 16 + 1 + DEEPEST > LONGEST
}

/// The length of a path as Windows counts it.
fn length(path: &Path) -> usize {
    path.to_string_lossy().encode_utf16().count()
}

/// The files in `folder`, if they are complete, private and unchanged: they are hashed, unless their identity is the `known` one.
fn ready(folder: &Path, about: &About, code: &Packed, known: Option<&str>) -> Result<Unpacked, Error> {
    let private = folders::is_private(folder).map_err(|error| Error::Unpacking(error.to_string()))?;
    if !private {
        return Err(Error::NotPrivate(folder.display().to_string()));
    }
    let failed = |error: io::Error| Error::Unpacking(format!("{}: {error}", folder.display()));
    let (file, library) = (Checked::open(&folder.join(CODE)).map_err(failed)?, folder.join(LIBRARY));
    let of_folder = |folder: &Path| checked::identity_of_folder(folder).map_err(failed);
    let identity = [file.identity().map_err(failed)?, of_folder(folder)?, of_folder(&library)?].join(",");
    let is_known = known == Some(identity.as_str());
    file.compare(code, is_known).map_err(failed)?;
    if !is_known {
        compare_library(&library, &about.library).map_err(failed)?;
    }
    Ok(Unpacked { code: file, library, folder: folder.to_owned(), identity })
}

fn compare_library(library: &Path, packed: &Packed) -> io::Result<()> {
    let hashing = library::archive(library, Hashing::new(io::sink()))?;
    if hashing.is(packed) { Ok(()) } else { Err(io::Error::other("the library was changed")) }
}

/// Unpacks beside `folder` and moves it there when complete, one process at a time: an interrupted unpacking is never used.
fn unpack(home: &Path, about: &About, code: &Packed, folder: &Path) -> Result<Unpacked, Error> {
    let cache = folder.parent().unwrap_or(folder);
    let failed = |error: io::Error| Error::Unpacking(format!("{}: {error}", cache.display()));
    folders::create(cache).map_err(failed)?;
    let lock = File::create(cache.join(LOCK)).and_then(|file| file.lock().map(|()| file)).map_err(failed)?;
    if let Ok(unpacked) = ready(folder, about, code, None) {
        return Ok(unpacked);
    }
    let unfinished = cache.join(UNFINISHED);
    remove(&unfinished).map_err(failed)?;
    folders::create(&unfinished).map_err(failed)?;
    let done = fill(home, about, code, &unfinished).and_then(|()| put(&unfinished, folder).map_err(failed));
    remove(&unfinished).ok();
    drop(lock);
    done?;
    ready(folder, about, code, None)
}

/// Moves `unfinished` to `folder`, in whose place may be one that [`ready`] refused.
fn put(unfinished: &Path, folder: &Path) -> io::Result<()> {
    let mut attempt = 1;
    loop {
        match remove(folder).and_then(|()| fs::rename(unfinished, folder)) {
            Err(_) if attempt < ATTEMPTS => std::thread::sleep(PAUSE),
            moved => return moved,
        }
        attempt += 1;
    }
}

/// Removes a folder with its content, if it is there.
#[cfg(unix)]
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes a folder with its content, if it is there. Unpacked files are read-only, and Wine and some file systems do not remove
/// such files. Nobody else can put a link into a folder of this user.
#[cfg(windows)]
fn remove(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove(&entry.path())?;
            continue;
        }
        let mut permissions = entry.metadata()?.permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "on Windows it changes nothing else")]
        permissions.set_readonly(false);
        fs::set_permissions(entry.path(), permissions).and_then(|()| fs::remove_file(entry.path()))?;
    }
    fs::remove_dir(folder)
}

fn fill(home: &Path, about: &About, code: &Packed, folder: &Path) -> Result<(), Error> {
    let failed = |file: PathBuf| move |error: io::Error| Error::Unpacking(format!("{}: {error}", file.display()));
    let file = File::create(folder.join(CODE)).map_err(failed(folder.join(CODE)))?;
    decompress(home, code, Filter::of(about::TARGET), file)?;
    let archive = decompress(home, &about.library, Filter::Plain, Vec::new())?;
    unpack_library(&archive, &folder.join(LIBRARY)).map_err(|(file, error)| failed(file)(error))
}

/// Unpacks an archive of plain files, read-only, into a new folder. `tar` itself would ask the system for the whole name of every
/// folder, which Wine cannot tell for a long one.
fn unpack_library(archive: &[u8], library: &Path) -> Result<(), (PathBuf, io::Error)> {
    let at = |file: &Path| {
        let file = file.to_owned();
        move |error: io::Error| (file, error)
    };
    for entry in tar::Archive::new(archive).entries().map_err(at(library))? {
        let mut entry = entry.map_err(at(library))?;
        let name = entry.path().map_err(at(library))?.into_owned();
        let is_inside = name.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside || !entry.header().entry_type().is_file() {
            return Err(at(&name)(io::Error::other("it is not a plain file of the library")));
        }
        let file = library.join(name);
        write_new(&file, &mut entry).map_err(at(&file))?;
    }
    Ok(())
}

/// Writes a read-only file.
fn write_new(file: &Path, content: &mut impl io::Read) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    let mut written = File::create_new(file)?;
    io::copy(content, &mut written)?;
    let mut permissions = written.metadata()?.permissions();
    permissions.set_readonly(true);
    written.set_permissions(permissions)
}

/// Decompresses a shipped file into `writer`, which comes back.
fn decompress<W: Write>(home: &Path, packed: &Packed, filter: Filter, writer: W) -> Result<W, Error> {
    let file = home.join(&packed.file);
    let name = file.display();
    let mut hashing = Hashing::new(writer);
    let opened = File::open(&file).and_then(|file| compression::decompress(file, filter));
    let copied = opened.and_then(|mut reader| io::copy(&mut reader, &mut hashing)).and_then(|_| hashing.flush());
    let reason = match copied {
        Ok(()) if hashing.is(packed) => return Ok(hashing.writer),
        Ok(()) => "its hash is not the one in about.json".to_owned(),
        Err(error) if hashing.is_refused => return Err(Error::Unpacking(format!("{name}: {error}"))),
        Err(error) => format!("it cannot be read: {error}"),
    };
    Err(Error::Damaged { file: name.to_string(), reason })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{is_long, unpack_library};

    fn archive(name: &str, kind: tar::EntryType) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        // Set by hand: a path out of the folder cannot be set otherwise.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(1);
        header.set_mode(0o444);
        header.set_entry_type(kind);
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append(&header, &b"x"[..]).expect("an archive");
        archive.into_inner().expect("an archive")
    }

    #[test]
    fn only_plain_files_inside_the_library_are_unpacked() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = folder.path().join("lib");
        for (name, kind) in [
            ("../out", tar::EntryType::Regular),
            ("/out", tar::EntryType::Regular),
            ("json/../../out", tar::EntryType::Regular),
            ("link", tar::EntryType::Symlink),
            ("device", tar::EntryType::Char),
        ] {
            let refused = unpack_library(&archive(name, kind), &library).expect_err(name);
            assert!(refused.1.to_string().contains("not a plain file"), "{name}: {refused:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a list").count(), 0, "a refused file was written");
        unpack_library(&archive("json/a.py", tar::EntryType::Regular), &library).expect("a library");
        let file = fs::metadata(library.join("json/a.py")).expect("a file");
        assert!(file.len() == 1 && file.permissions().readonly());
    }

    #[test]
    fn a_folder_is_long_when_a_file_of_the_library_is_beyond_what_windows_names() {
        assert!(!is_long(Path::new(&"x".repeat(181))));
        assert!(is_long(Path::new(&"x".repeat(182))));
        // Windows counts code units of UTF-16.
        assert!(!is_long(Path::new(&"\u{738b}".repeat(181))) && is_long(Path::new(&"\u{1f600}".repeat(91))));
    }
}
