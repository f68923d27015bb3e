//! The largest size of the packages, and the oldest system that their programs start on.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::step::output;

/// How the names of packages end, and their largest sizes in bytes.
const SIZES: [(&str, u64); 2] = [("Runtray-Setup.exe", 40_000_000), ("_amd64.deb", 25_000_000)];

/// The C library of Debian 12, the oldest that the packages for Linux are for. Ubuntu 24.04 and Fedora 38 have a newer one.
const GLIBC: (u32, u32) = (2, 36);

/// Checks the sizes of the packages in `dist`.
///
/// # Errors
/// A package is larger than its bar.
pub(super) fn sizes(dist: &Path) -> Result<()> {
    for entry in fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        size(&name, entry.metadata()?.len())?;
    }
    Ok(())
}

fn size(name: &str, bytes: u64) -> Result<()> {
    let bar = SIZES.iter().find(|(end, _)| name.ends_with(end)).map_or(u64::MAX, |(_, bar)| *bar);
    ensure!(bytes <= bar, "{name} has {bytes} bytes, more than {bar}");
    Ok(())
}

/// Checks that a program starts with the oldest C library.
///
/// # Errors
/// The program needs a newer C library, or cannot be read.
pub(super) fn c_library(program: &Path) -> Result<()> {
    let symbols = output(Command::new("objdump").arg("--dynamic-syms").arg(program));
    let symbols = symbols.with_context(|| format!("objdump cannot read {}", program.display()))?;
    let needed = newest(&symbols);
    ensure!(
        needed <= GLIBC,
        "{} needs glibc {needed:?}, newer than {GLIBC:?}: package in Debian 12",
        program.display()
    );
    Ok(())
}

/// The newest version of the C library among the symbols of a program.
fn newest(symbols: &str) -> (u32, u32) {
    let versions = symbols.split("GLIBC_").skip(1).filter_map(|rest| {
        let version = rest.split(|letter: char| letter != '.' && !letter.is_ascii_digit()).next()?;
        let mut numbers = version.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    versions.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{newest, size};

    #[test]
    fn packages_above_their_bars_are_refused() {
        for (name, bytes, passes) in [
            ("Runtray-Setup.exe", 40_000_000, true),
            ("Runtray-Setup.exe", 40_000_001, false),
            ("runtray_0.1.0_amd64.deb", 25_000_001, false),
            ("runtray-0.1.0-1.x86_64.rpm", 99_000_000, true),
        ] {
            assert_eq!(size(name, bytes).is_ok(), passes, "{name}: {bytes}");
        }
    }

    #[test]
    fn the_newest_symbol_decides() {
        let symbols = "0 DF *UND* 0 (GLIBC_2.2.5) strlen\n0 DF *UND* 0 (GLIBC_2.34) pthread_create\n0 w D *UND* 0 Base x\n\
                       0 DF *UND* 0 (GLIBC_2.9) pipe2\n0 DF *UND* 0 (GLIBC_PRIVATE) y";
        assert_eq!(newest(symbols), (2, 34));
        assert_eq!(newest("no symbols"), (0, 0));
    }
}
