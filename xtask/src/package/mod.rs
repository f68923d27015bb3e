//! `cargo xtask package`: the files that users download, in `dist/`.
//!
//! A package is made of a tree of files (`tree.rs`) and made again only if the tree or its recipe changed. All times in packages
//! are the time of the last commit, or `SOURCE_DATE_EPOCH`, so that two runs give the same bytes.

mod again;
mod bars;
mod bill;
mod built;
mod check;
mod components;
mod linux;
pub(crate) mod manifests;
mod notices;
mod sums;
mod tree;
mod verify;
mod windows;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::output;
use crate::{debian, provision, ui};

pub(crate) use built::{Build, commit};

/// Options of `cargo xtask package`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Make only these packages.
    #[arg(long, value_enum)]
    only: Vec<Kind>,
    /// Pack the programs that `cargo xtask test` has built: they are larger and slower, and ready at once.
    #[arg(long)]
    test_build: bool,
    /// Make them a second time of the same programs, and fail if a byte differs.
    #[arg(long)]
    again: bool,
    /// Only try the packages for Linux, made of the programs that the tests have built: install them into a Debian of their own.
    #[arg(long, conflicts_with_all = ["only", "test_build", "again"])]
    check: bool,
}

/// A kind of package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Runtray-Setup.exe, and a zip file to use without installation.
    Windows,
    /// For Debian and Ubuntu.
    Deb,
    /// For Fedora and openSUSE.
    Rpm,
    /// The service and its command alone, for Linux.
    Tar,
}

/// The order in which the packages are made.
const ALL: [Kind; 4] = [Kind::Tar, Kind::Deb, Kind::Rpm, Kind::Windows];

/// The inputs and tools of every package.
pub(crate) struct Packaging<'a> {
    context: &'a Context,
    /// The folder of the packages.
    dist: PathBuf,
    /// The folder of the packages' inputs.
    work: PathBuf,
    /// The time of everything in the packages, in seconds since 1970.
    time: u64,
    build: Build,
}

impl<'a> Packaging<'a> {
    /// Packages of `build`, to be made in `dist`.
    ///
    /// # Errors
    /// The folder cannot be made, or the time of the last commit is not known.
    pub(crate) fn new(context: &'a Context, dist: PathBuf, build: Build) -> Result<Self> {
        std::fs::create_dir_all(&dist).with_context(|| format!("cannot make {}", dist.display()))?;
        Ok(Self { context, dist, work: context.cache.path("package"), time: time(context)?, build })
    }

    /// A folder for inputs of packages.
    fn work(&self, name: &str) -> PathBuf {
        self.work.join(self.build.folder()).join(name)
    }
}

/// Makes the packages, and prints their sizes and checksums.
///
/// # Errors
/// A program does not build, or a package cannot be made.
pub(crate) fn package(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    if args.check {
        return check::linux(&context);
    }
    let chosen: Vec<_> = ALL.into_iter().filter(|kind| args.only.is_empty() || args.only.contains(kind)).collect();
    provision(&context, &chosen)?;
    ui::build(&context)?;
    let build = if args.test_build { Build::Test } else { Build::Release };
    let packaging = Packaging::new(&context, context.root.join("dist"), build)?;
    if chosen.iter().any(|kind| *kind != Kind::Windows) {
        built::for_linux(&packaging)?;
    }
    if chosen.contains(&Kind::Windows) {
        built::for_windows(&packaging)?;
    }
    make(&packaging, &chosen)?;
    verify::bill(&context, &packaging.dist.join(bill::FILE))?;
    verify::manifests(&context, &packaging.dist)?;
    if build == Build::Release {
        bars::sizes(&packaging.dist)?;
    }
    if args.again { again::compare(&packaging, |second| make(second, &chosen)) } else { Ok(()) }
}

/// Makes the chosen packages of the programs, and their accompanying files.
fn make(packaging: &Packaging<'_>, chosen: &[Kind]) -> Result<()> {
    let components = components::all(packaging.context)?;
    bill::write(packaging, &components)?;
    let notices = notices::write(packaging, &components)?;
    for kind in chosen {
        eprintln!("==> {kind:?}");
        match kind {
            Kind::Windows => windows::make(packaging, &notices)?,
            Kind::Deb => linux::deb(packaging, &notices)?,
            Kind::Rpm => linux::rpm(packaging, &notices)?,
            Kind::Tar => linux::tar(packaging, &notices)?,
        }
    }
    manifests::write(packaging.context, &packaging.dist)?;
    sums::write(&packaging.dist)
}

/// Makes the installers that the tests run under Wine: of the programs that the tests have built, without compression, in
/// three versions.
///
/// # Errors
/// The errors of [`package`].
pub(crate) fn for_test_of_windows(context: &Context, dist: &Path) -> Result<()> {
    provision::for_packages(&provision::PACKAGE_WINDOWS)?;
    let packaging = Packaging::new(context, dist.to_owned(), Build::Test)?;
    let notices = notices::write(&packaging, &components::all(context)?)?;
    windows::for_test(&packaging, &notices)
}

fn provision(context: &Context, chosen: &[Kind]) -> Result<()> {
    anyhow::ensure!(
        cfg!(all(target_os = "linux", target_arch = "x86_64")),
        "packages are made on Linux (x86_64), for Linux and Windows; the release workflow makes those of macOS"
    );
    provision::for_desktop(context)?;
    provision::for_builtin_python()?;
    if chosen.contains(&Kind::Windows) {
        if let Some(reason) = debian::missing() {
            anyhow::bail!("the packages for Windows cannot be made here: {reason}; `--only deb` makes another one");
        }
        provision::for_other_systems(context)?;
        provision::for_packages(&provision::PACKAGE_WINDOWS)?;
    }
    if chosen.contains(&Kind::Rpm) {
        provision::for_packages(&provision::PACKAGE_RPM)?;
    }
    Ok(())
}

/// `SOURCE_DATE_EPOCH`, else the time of the last commit.
fn time(context: &Context) -> Result<u64> {
    let given = env::var("SOURCE_DATE_EPOCH").ok();
    let commit = || output(context.command("git").args(["log", "-1", "--format=%ct"]));
    let time =
        given.or_else(commit).context("neither SOURCE_DATE_EPOCH nor a commit tells the time of the packages")?;
    time.parse().with_context(|| format!("SOURCE_DATE_EPOCH is {time:?}, and should be seconds since 1970"))
}

/// The version of the packaged programs.
const VERSION: &str = env!("CARGO_PKG_VERSION");
