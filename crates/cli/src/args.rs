//! The command line.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
use runtray_engine::Status as Ending;
use runtray_service::journal::{LOST, RUNNING};
use runtray_service::origin::Origin;
use runtray_wire::Level;

/// Runs code for the tools on this machine.
///
/// The service listens on localhost only. Tools post code to http://localhost:5000/execute and get its output back.
#[derive(Debug, Parser)]
#[command(name = "runtray", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "Examples:
  runtray serve                              start the service on port 5000
  runtray run hello.py                       run a file as the service would
  runtray logs --status failed --search numpy
  runtray packs add rich                     a package for the built-in Python
  runtray pythons                            which Pythons were found, and which is used

RUNTRAY_HOME=FOLDER keeps settings, log and runs below FOLDER. RUNTRAY_LOG=debug adds details to the log.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the service and keep it running until Ctrl-C.
    Serve(Serve),
    /// Run a program as the service does: in its own folder, with limits.
    Run(Run),
    /// Serve an assistant (MCP) on standard input and output; assistants start this themselves.
    Mcp,
    /// List the Python interpreters of this machine.
    Pythons(Pythons),
    /// List, add or remove packages of pure Python for the built-in Python.
    #[command(subcommand)]
    Packs(Packs),
    /// List logged executions.
    Logs(Logs),
    /// Show whether the service runs, and its status.
    Status(Status),
    /// Test what this machine can do: isolation, containment, interpreters.
    Doctor(Doctor),
    /// Find or check the settings file.
    #[command(subcommand)]
    Config(Config),
    /// Look for a new version of Runtray, and install it after a yes.
    Update(Update),
    /// Print completions for a shell.
    Completions {
        /// The shell to complete for.
        shell: clap_complete::Shell,
    },
    /// Write a manual page for each command, for packages.
    #[command(hide = true)]
    Man {
        /// The folder for the pages, which exists.
        folder: PathBuf,
    },
    /// Add this program's folder to the user's PATH or remove it, for installers.
    #[cfg(windows)]
    #[command(hide = true, subcommand)]
    Path(PathChange),
    /// Give the sandbox access to your Python and folders, or take it away.
    #[cfg(windows)]
    #[command(subcommand)]
    Sandbox(SandboxChange),
}

/// A change of what programs in the sandbox may use. The sandbox for Windows has not been proven on a real Windows yet.
#[cfg(windows)]
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum SandboxChange {
    /// Give the access. Windows goes through every file, which may take minutes, once.
    Grant,
    /// Take all of it away, and delete the AppContainers.
    Revoke,
}

/// A change of the user's PATH.
#[cfg(windows)]
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum PathChange {
    /// Add the folder, unless it is there.
    Add,
    /// Remove the folder, and leave the others as they are.
    Remove,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Port on both loopback addresses, instead of the one in the settings; 0 selects a free port.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Also listen on this address, for programs on other machines: 0.0.0.0 is all of this machine's.
    #[arg(long, value_name = "ADDRESS", requires = "token_file")]
    pub(crate) listen: Option<IpAddr>,
    /// Ask every caller for the token in this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Allow pages of this origin to run code, in addition to the settings, for example http://localhost:8080.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub(crate) allow_origins: Vec<Origin>,
}

#[derive(Debug, Args)]
#[command(override_usage = "runtray run [OPTIONS] <FILE> [ARGS]...")]
pub(crate) struct Run {
    /// The program's file, or `-` to read it from standard input, followed by its arguments and options.
    #[arg(value_name = "FILE", required = true, trailing_var_arg = true, value_hint = ValueHint::FilePath)]
    pub(crate) program: Vec<OsString>,
    /// Copy this file, or all files of this folder, beside the program; files below its folder keep their relative paths.
    #[arg(long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    /// Send only the program and the files of --file, without the modules beside it and other files that it names.
    #[arg(long)]
    pub(crate) alone: bool,
    /// Set an environment variable for the program.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
    /// Language, if the file's extension does not determine it.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Raise the isolation above that of the settings; `wasm` runs the program in the built-in Python.
    #[arg(long, value_name = "LEVEL", value_parser = levels())]
    pub(crate) isolation: Option<Level>,
    /// Wall-clock limit in milliseconds; the default is that of interactive programs (with --json: of POST /execute).
    #[arg(long, value_name = "MS")]
    pub(crate) timeout_ms: Option<u64>,
    /// Save the files that the program makes to this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) save: Option<PathBuf>,
    /// Print one JSON object as in the answer of POST /execute, instead of the output.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Pythons {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also show rejected interpreters, with the reason.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Packs {
    /// List the packages that were added, with their versions and sizes.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add packages with everything that they need, or update them.
    ///
    /// They come from the package index that pip uses here: PIP_INDEX_URL, pip's configuration, or pip's default. The built-in
    /// Python runs packages of pure Python only. "science" is the science pack: numpy, pandas, matplotlib, scipy and 60 more for
    /// the built-in Python, fetched once (98 MB) and compiled on this computer, which takes minutes.
    Add {
        /// The packages, each with its versions if that matters: `rich`, `rich<15`, `rich[jupyter]`.
        #[arg(value_name = "NAME", required_unless_present = "from")]
        names: Vec<String>,
        /// Take this wheel, or the wheels of this folder, and fetch nothing.
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        from: Vec<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove packages, and those that only they need.
    Remove {
        /// The packages.
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Continue to print executions as they end.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only this status; `lost` if the service was killed before the end.
    #[arg(long, value_parser = statuses())]
    pub(crate) status: Option<String>,
    /// Only this language.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Only this origin.
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// Only executions with these words in code, output or error.
    #[arg(long)]
    pub(crate) search: Option<String>,
    /// Number of executions, newest last.
    #[arg(long, short = 'n', default_value_t = 20)]
    pub(crate) lines: usize,
    /// Show all details of one execution, by its id.
    #[arg(long, conflicts_with_all = ["follow", "status", "language", "origin", "search", "lines"])]
    pub(crate) id: Option<String>,
    /// Print JSON, one execution per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Port of the service, if it does not run with these settings.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Only say whether there is a new version; exit code 5 if there is one.
    #[arg(long)]
    pub(crate) check: bool,
    /// Install it without asking.
    #[arg(long, conflicts_with = "check")]
    pub(crate) yes: bool,
    /// Install it at once: programs that run are not waited for, and on Windows the installer ends them.
    #[arg(long, conflicts_with = "check")]
    pub(crate) now: bool,
    /// Print JSON.
    #[arg(long, requires = "check")]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print the path of the settings file, which the service makes at its first start, with every setting explained.
    Path {
        /// Print the path of the file with the token instead, which the service makes at its first start.
        #[arg(long)]
        token: bool,
    },
    /// Check the settings file and print each problem with its line.
    Check {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Run {
    /// The program's file.
    pub(crate) fn file(&self) -> &Path {
        self.program.first().map_or(Path::new("-"), Path::new)
    }
}

fn variable(written: &str) -> Result<(String, String), &'static str> {
    match written.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE"),
    }
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["auto", "none", "sandbox", "wasm", "container"]).map(|level| match level.as_str() {
        "none" => Level::None,
        "sandbox" => Level::Sandbox,
        "wasm" => Level::Wasm,
        "container" => Level::Container,
        _ => Level::Auto,
    })
}

fn statuses() -> PossibleValuesParser {
    Ending::ALL.iter().map(|status| status.name()).chain([RUNNING, LOST]).collect::<Vec<_>>().into()
}
