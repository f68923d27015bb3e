//! The shipped artifact: unpacked once, and checked before it is mapped.
//!
//! The machine code is mapped from a file in a folder that only this user can write to. The file is hashed when it is unpacked,
//! and again at a start that finds another inode, size or time of change.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::about::{self, About, Packed};
use crate::arguments::Folders;
use crate::compression::{self, Filter};
use crate::folders;

/// The machine code in its unpacked folder.
const CODE: &str = "python.cwasm";

/// The standard library in its unpacked folder.
const LIBRARY: &str = "library";

/// The identity of the file of machine code when it was hashed.
const CHECKED: &str = "checked";

/// The file that is locked while one process unpacks.
const LOCK: &str = "lock";

/// The folder that is being unpacked.
const UNFINISHED: &str = "unfinished";

/// Why the built-in Python cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no description of it, or a damaged one.
    #[error(transparent)]
    About(#[from] about::Error),
    /// It was not compiled for this system.
    #[error("{0} has no machine code for {target}", target = about::TARGET)]
    OtherSystem(String),
    /// A file differs from the shipped one.
    #[error("{0} is damaged: its hash is not the one in about.json; install Runtray again")]
    Damaged(String),
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
    /// The machine code, checked.
    pub code: PathBuf,
    /// The standard library.
    pub library: PathBuf,
}

/// Where the shipped files are.
///
/// # Errors
/// This program's own place is unknown.
pub fn home(folders: &Folders) -> Result<PathBuf, Error> {
    match &folders.home {
        Some(home) => Ok(home.clone()),
        None => folders::home().map_err(|error| Error::Unpacking(error.to_string())),
    }
}

/// The unpacked files of this version, unpacked now if they are not there.
///
/// # Errors
/// As [`Error`].
pub fn open(folders: &Folders) -> Result<Unpacked, Error> {
    let home = home(folders)?;
    let about = About::read(&home)?;
    let code = about.code_here().ok_or_else(|| Error::OtherSystem(home.display().to_string()))?;
    let short = |packed: &Packed| packed.sha256.chars().take(16).collect::<String>();
    let version = format!("{}-{}", short(code), short(&about.library));
    let mut refusal = None;
    for cache in caches(folders, &home) {
        let folder = cache.join(&version);
        match ready(&folder, code).or_else(|_| unpack(&home, &about, code, &folder)) {
            Ok(unpacked) => return Ok(unpacked),
            Err(error @ (Error::Damaged(_) | Error::NotPrivate(_))) => return Err(error),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    Err(refusal.unwrap_or_else(|| Error::Unpacking("this user has no cache folder".to_owned())))
}

/// Keeps a folder of modules from being removed as long as the result lives: the file beside it is locked, if there is one.
pub fn use_packages(folder: &Path) -> Option<File> {
    let lock = File::open(folder.with_extension("lock")).ok()?;
    lock.try_lock_shared().ok()?;
    Some(lock)
}

/// Where it may be unpacked: the given folder alone, or beside the shipped files, or in the user's own cache.
fn caches(folders: &Folders, home: &Path) -> impl Iterator<Item = PathBuf> {
    let given = folders.cache.clone();
    // Asking for the user costs time: only where the first cannot be used.
    let users = given.is_none().then(|| std::iter::once_with(folders::cache).flatten());
    std::iter::once(given.unwrap_or_else(|| home.join("unpacked"))).chain(users.into_iter().flatten())
}

/// The files in `folder`, if they are complete, private and unchanged.
fn ready(folder: &Path, code: &Packed) -> Result<Unpacked, Error> {
    let private = folders::is_private(folder).map_err(|error| Error::Unpacking(error.to_string()))?;
    if !private {
        return Err(Error::NotPrivate(folder.display().to_string()));
    }
    let unpacked = Unpacked { code: folder.join(CODE), library: folder.join(LIBRARY) };
    if !unpacked.library.is_dir() {
        return Err(Error::Unpacking(format!("{} is not there", unpacked.library.display())));
    }
    check(&unpacked.code, &folder.join(CHECKED), code).map_err(|error| Error::Unpacking(error.to_string()))?;
    Ok(unpacked)
}

/// Hashes the file unless it is unchanged since the last hash.
fn check(file: &Path, checked: &Path, code: &Packed) -> io::Result<()> {
    let identity = identity(file)?;
    if fs::read_to_string(checked).is_ok_and(|known| known == identity) {
        return Ok(());
    }
    let mut hashing = Hashing { writer: io::sink(), hash: Sha256::new(), size: 0 };
    io::copy(&mut File::open(file)?, &mut hashing)?;
    if !hashing.is(code) {
        return Err(io::Error::other("the machine code was changed"));
    }
    // Where it cannot be kept, the next start hashes again.
    fs::write(checked, identity).ok();
    Ok(())
}

/// What changes with every change of a file that is noticed.
#[cfg(unix)]
fn identity(file: &Path) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let of = fs::symlink_metadata(file)?;
    let changed = (of.ctime(), of.ctime_nsec());
    Ok(format!("{} {} {} {} {changed:?}", of.dev(), of.ino(), of.size(), of.mtime_nsec()))
}

/// What changes with every change of a file that is noticed.
#[cfg(windows)]
fn identity(file: &Path) -> io::Result<String> {
    use std::os::windows::fs::MetadataExt as _;
    let of = fs::symlink_metadata(file)?;
    Ok(format!("{} {} {}", of.file_size(), of.creation_time(), of.last_write_time()))
}

/// Unpacks beside `folder` and moves it there when complete, one process at a time: an interrupted unpacking is never used.
fn unpack(home: &Path, about: &About, code: &Packed, folder: &Path) -> Result<Unpacked, Error> {
    let cache = folder.parent().unwrap_or(folder);
    let failed = |error: io::Error| Error::Unpacking(format!("{}: {error}", cache.display()));
    folders::create(cache).map_err(failed)?;
    let lock = File::create(cache.join(LOCK)).and_then(|file| file.lock().map(|()| file)).map_err(failed)?;
    if let Ok(unpacked) = ready(folder, code) {
        return Ok(unpacked);
    }
    let unfinished = cache.join(UNFINISHED);
    fs::remove_dir_all(&unfinished).ok();
    folders::create(&unfinished).map_err(failed)?;
    let done = fill(home, about, code, &unfinished).and_then(|()| {
        // What stands in its place was refused by `ready`.
        fs::remove_dir_all(folder).ok();
        fs::rename(&unfinished, folder).map_err(failed)
    });
    fs::remove_dir_all(&unfinished).ok();
    drop(lock);
    done?;
    ready(folder, code)
}

fn fill(home: &Path, about: &About, code: &Packed, folder: &Path) -> Result<(), Error> {
    let packed = |packed: &Packed| home.join(&packed.file);
    let failed = |file: PathBuf| move |error: io::Error| Error::Unpacking(format!("{}: {error}", file.display()));
    let file = File::create(folder.join(CODE)).map_err(failed(folder.join(CODE)))?;
    let hash = decompress(&packed(code), Filter::of(about::TARGET), file).map_err(failed(packed(code)))?;
    if !hash.is(code) {
        return Err(Error::Damaged(packed(code).display().to_string()));
    }
    let archive =
        decompress(&packed(&about.library), Filter::Plain, Vec::new()).map_err(failed(packed(&about.library)))?;
    if !archive.is(&about.library) {
        return Err(Error::Damaged(packed(&about.library).display().to_string()));
    }
    let library = folder.join(LIBRARY);
    tar::Archive::new(archive.writer.as_slice()).unpack(&library).map_err(failed(library))
}

/// Bytes on their way, and their hash.
struct Hashing<W> {
    writer: W,
    hash: Sha256,
    size: u64,
}

impl<W> Hashing<W> {
    fn is(&self, packed: &Packed) -> bool {
        self.size == packed.size && format!("{:x}", self.hash.clone().finalize()) == packed.sha256
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.writer.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn decompress<W: Write>(file: &Path, filter: Filter, writer: W) -> io::Result<Hashing<W>> {
    let mut hashing = Hashing { writer, hash: Sha256::new(), size: 0 };
    io::copy(&mut compression::decompress(File::open(file)?, filter)?, &mut hashing)?;
    hashing.flush()?;
    Ok(hashing)
}
