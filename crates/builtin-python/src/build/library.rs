//! The standard library: taken from where it is carried, without what cannot work here, and packed again.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// How a zstd frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The range of a tar archive's magic bytes.
const TAR_MARK: std::ops::Range<usize> = 257..262;

/// The module that every Python has.
const LANDMARK: &str = "os.py";

/// Parts that need a display, processes or an installer, which do not exist here.
const LEFT_OUT: &[&str] = &[
    "config-3.14-wasm32-wasi",
    "curses",
    "ensurepip",
    "idlelib",
    "test",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "venv",
];

/// Takes the standard library out of `carrier` into the new folder `library`, and adds the time zones.
pub(crate) fn extract(carrier: &Path, zones: &Path, library: &Path) -> Result<(), Box<dyn Error>> {
    let carrier = fs::read(carrier)?;
    let archive = frames(&carrier).find_map(library_in).ok_or("the carrier has no standard library inside")?;
    tar::Archive::new(archive.as_slice()).unpack(library)?;
    for part in LEFT_OUT {
        let part = library.join(part);
        if part.is_dir() { fs::remove_dir_all(part)? } else { remove_file(&part)? }
    }
    copy(zones, &library.join("zoneinfo-data"))?;
    Ok(())
}

/// The places where a zstd frame may begin.
fn frames(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let begins = bytes.windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
    begins.map(|(place, _)| &bytes[place..])
}

/// The archive in the frame, if it is one with the landmark in it.
fn library_in(frame: &[u8]) -> Option<Vec<u8>> {
    let mut archive = Vec::new();
    zstd::Decoder::new(frame).ok()?.single_frame().read_to_end(&mut archive).ok()?;
    let is_tar = archive.get(TAR_MARK) == Some(b"ustar".as_slice());
    let has_landmark =
        is_tar
            && tar::Archive::new(archive.as_slice()).entries().ok()?.flatten().any(|entry| {
                entry.path().is_ok_and(|path| path.strip_prefix(".").unwrap_or(&path) == Path::new(LANDMARK))
            });
    has_landmark.then_some(archive)
}

fn remove_file(file: &Path) -> io::Result<()> {
    if file.exists() { fs::remove_file(file) } else { Ok(()) }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else if entry.path().extension().is_none_or(|kind| kind != "py" && kind != "pyc") {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}
