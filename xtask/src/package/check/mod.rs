//! The packages for Linux, tested: the tools of the distributions check them, and a Debian in the cache installs, runs and
//! removes them.

mod contents;
mod debian;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{Build, Kind, Packaging, again, bars, bill, built, linux, make, verify};
use crate::context::Context;
use crate::step::{must, output};
use crate::{apt, provision};

/// The packages that are tried.
const KINDS: [Kind; 3] = [Kind::Tar, Kind::Deb, Kind::Rpm];

/// The most exposure of the service that `systemd-analyze security` may find. Programs' sandboxes need namespaces and mounts,
/// which a lower figure would forbid.
const EXPOSURE: f64 = 7.6;

/// Makes the packages of the programs that the tests have built, and tries them.
///
/// # Errors
/// A package cannot be made, or has a fault.
pub(super) fn linux(context: &Context) -> Result<()> {
    ensure!(apt::is_here() && std::env::consts::ARCH == "x86_64", "packages are tried on Debian and Ubuntu (x86_64)");
    provision::for_packages(&[&provision::PACKAGE_RPM[..], &provision::PACKAGE_CHECK[..]].concat())?;
    let packaging = Packaging::new(context, context.cache.path("packages"), Build::Test)?;
    built::for_linux(&packaging)?;
    make(&packaging, &KINDS)?;
    verify::bill(context, &packaging.dist.join(bill::FILE))?;
    verify::manifests(context, &packaging.dist)?;
    let (deb, rpm) = (linux::deb_file(&packaging), linux::rpm_file(&packaging));
    let tree = packaging.work("deb");
    look(&tree)?;
    contents::compare(context, &deb, &rpm)?;
    for program in linux::PROGRAMS_OF_DEB {
        bars::c_library(&tree.join(program))?;
    }
    again::compare(&packaging, |second| make(second, &KINDS))?;
    let is_root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    ensure!(is_root, "the packages were made and read, but only root can install one into a Debian");
    debian::install_and_remove(context, &deb, &rpm)
}

/// Checks the files with the tools of the programs that will read them.
fn look(tree: &Path) -> Result<()> {
    let share = tree.join("usr/share");
    must(Command::new("desktop-file-validate").arg(share.join("applications/org.runtray.desktop.desktop")))?;
    let metainfo = share.join("metainfo/org.runtray.desktop.metainfo.xml");
    must(Command::new("appstreamcli").args(["validate", "--no-net", "--pedantic"]).arg(metainfo))?;
    for (shell, option, completions) in linux::COMPLETIONS {
        must(Command::new(shell).arg(option).arg(tree.join(completions)))?;
    }
    for page in fs::read_dir(share.join("man/man1"))? {
        let mut man = Command::new("man");
        man.args(["--warnings", "--encoding=UTF-8", "--local-file"]).arg(page?.path()).env("MANROFFSEQ", "");
        let read = man.env("LC_ALL", "C.UTF-8").output().context("cannot start man")?;
        ensure!(read.status.success() && read.stderr.is_empty(), "{}", String::from_utf8_lossy(&read.stderr));
    }
    let unit = tree.join("usr/lib/systemd/user/runtray.service");
    let security =
        Command::new("systemd-analyze").args(["security", "--offline=true", "--no-pager"]).arg(unit).output()?;
    let exposure = exposure(&String::from_utf8_lossy(&security.stdout)).context("systemd-analyze gives no figure")?;
    eprintln!("the exposure of the service is {exposure}");
    ensure!(exposure <= EXPOSURE, "the exposure of the service is above {EXPOSURE}");
    Ok(())
}

/// The figure in the last line of `systemd-analyze security`.
fn exposure(printed: &str) -> Option<f64> {
    let line = printed.lines().find(|line| line.contains("Overall exposure level"))?;
    line.split_once(": ")?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::exposure;

    #[test]
    fn the_exposure_is_read_out_of_what_systemd_prints() {
        let printed = "  NAME  DESCRIPTION  EXPOSURE\n✗ PrivateUsers=  …  0.2\n\n\
                       → Overall exposure level for runtray.service: 7.6 EXPOSED 🙁\n";
        assert_eq!(exposure(printed), Some(7.6));
        assert_eq!(exposure("nothing"), None);
    }
}
