//! The command line.

use std::path::PathBuf;

use crate::science_wheel;

/// Adds packages of pure Python to the built-in Python of Runtray, which starts this program.
#[derive(Debug, clap::Parser)]
#[command(name = "runtray-packs", version)]
pub(crate) struct Arguments {
    /// The folder of the packages.
    #[arg(long)]
    pub(crate) folder: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the packages.
    List,
    /// Add packages, or update those that are there.
    Add(Add),
    /// Remove packages, and those that only they need.
    Remove {
        /// The packages.
        #[arg(required = true)]
        names: Vec<String>,
        /// The built-in Python.
        #[arg(long)]
        python: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The packages, each with its versions if that matters, such as `rich<15`.
    #[arg(required_unless_present = "from")]
    pub(crate) names: Vec<String>,
    /// A wheel, or a folder of wheels; then nothing is fetched.
    #[arg(long)]
    pub(crate) from: Vec<PathBuf>,
    /// The built-in Python.
    #[arg(long)]
    pub(crate) python: PathBuf,
    /// A Python with pip, which is asked where the index is if nothing else says so.
    #[arg(long)]
    pub(crate) own_python: Option<PathBuf>,
    /// The hash of the wheel of the science pack, for tests with another one.
    #[arg(long, hide = true, default_value = science_wheel::SHA256)]
    pub(crate) science_sha256: String,
}
