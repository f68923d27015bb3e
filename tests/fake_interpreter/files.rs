//! Commands for files: writing, filling, keeping open, waiting.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::mem;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::program::Fault;

pub(crate) fn save(path: &str, content: &[u8]) -> io::Result<()> {
    // Write and rename, so that a process that waits for the file finds it complete.
    let unfinished = format!("{path}.unfinished");
    fs::write(&unfinished, content)?;
    fs::rename(unfinished, path)
}

pub(crate) fn save_many(count: u64, folder: &str) -> Result<(), Fault> {
    fs::create_dir_all(folder)?;
    for number in 0..count {
        fs::write(Path::new(folder).join(number.to_string()), number.to_string())?;
    }
    Ok(())
}

pub(crate) fn fill(path: &str, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::copy(&mut io::Read::take(io::repeat(b'x'), bytes), &mut file).map(drop)
}

pub(crate) fn open(count: u64, path: &str) -> Result<(), Fault> {
    for _ in 0..count {
        mem::forget(File::open(path)?);
    }
    Ok(())
}

pub(crate) fn heartbeat(path: &str, every_ms: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    loop {
        file.write_all(b".")?;
        thread::sleep(Duration::from_millis(every_ms));
    }
}

pub(crate) fn wait_for(path: &str) -> io::Result<()> {
    while !fs::exists(path)? {
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
