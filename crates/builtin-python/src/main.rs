//! `runtray-python`: CPython for WASI as a program that behaves like `python`.

use std::io::{self, Write as _};
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::process::ExitCode;

use runtray_python::about::About;
#[cfg(target_os = "linux")]
use runtray_python::arguments::Program;
use runtray_python::arguments::{self, Folders, Request, Run, USAGE};
use runtray_python::code::{self, Code};
#[cfg(target_os = "linux")]
use runtray_python::confinement::{self, Reach};
use runtray_python::guest::{End, View};
use runtray_python::image::Description;
#[cfg(target_os = "linux")]
use runtray_python::trim::Memory;
use runtray_python::{launch, store, wait};

/// CPython's exit code for a command line or a file that it cannot use.
const UNUSABLE: u8 = 2;

/// The built-in Python itself cannot be started, as a shell says of a program.
const BROKEN: u8 = 126;

/// Why the program was not run.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0}\n{USAGE}")]
    Arguments(#[from] arguments::Error),
    #[error(transparent)]
    Launch(#[from] launch::Error),
    #[error(transparent)]
    Code(#[from] code::Error),
    #[error("{0}")]
    Output(#[from] io::Error),
}

impl Error {
    fn code(&self) -> u8 {
        match self {
            Self::Arguments(_) | Self::Launch(_) => UNUSABLE,
            Self::Code(_) | Self::Output(_) => BROKEN,
        }
    }
}

fn main() -> ExitCode {
    match act() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(error.code())
        }
    }
}

fn act() -> Result<u8, Error> {
    match arguments::parse(std::env::args_os().skip(1))? {
        Request::Run(request) => run(&request),
        Request::Version { folders, verbose } => version(&folders, verbose),
        Request::Help => say(USAGE),
    }
}

fn version(folders: &Folders, verbose: bool) -> Result<u8, Error> {
    if let Some(image) = &folders.image {
        let science = Description::read(image).map_err(code::Error::from)?;
        return say(&if verbose { science.describe(image) } else { format!("Python {}", science.python) });
    }
    let about = store::home(folders).map_err(code::Error::from)?;
    let about = About::read(&about).map_err(code::Error::from)?;
    say(&if verbose { about.describe() } else { format!("Python {}", about.python) })
}

fn run(request: &Run) -> Result<u8, Error> {
    let barrier = launch::barrier(request);
    if barrier.is_none() {
        launch::look_at(request)?;
    }
    let folder = launch::folder(request)?;
    let temporary = launch::temporary(request);
    let packages = request.packages.as_deref();
    let _in_use = [packages, request.folders.image.as_deref()].map(|folder| folder.and_then(store::use_packages));
    let launch = launch::launch(request, &folder, temporary.as_ref());
    let code = Code::open(&request.folders)?;
    if let Some((folder, checked)) = code.identity().filter(|_| request.identify) {
        say(&serde_json::json!({ "folder": folder, "checked": checked }).to_string())?;
    }
    let view = View {
        library: code.library(),
        folder: &folder.here,
        folder_inside: &folder.inside,
        temporary: temporary.as_ref().map(|folder| (folder.here.as_path(), folder.inside.as_str())),
        memory: request.memory,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (end, _python) = runtime.block_on(async {
        wait::catch_interrupts()?;
        let mut python = code.prepare(&view, packages, &launch).await.map_err(code::Error::from)?;
        #[cfg(target_os = "linux")]
        settle(request, &view, &code.folders());
        barrier.iter().for_each(|barrier| launch::wait_at(barrier));
        let source = launch::source(request, &folder)?;
        Ok::<_, Error>((python.run(&source).await, python))
    })?;
    // Nothing is dropped: the system takes the memory back in less time, and a thread may wait for input for ever.
    std::process::exit(i32::from(exit_code(&end)))
}

/// The last steps of a Python that is prepared: from here on this process reaches only the files that the program sees, and uses
/// little memory while it waits.
#[cfg(target_os = "linux")]
fn settle(request: &Run, view: &View<'_>, folders: &[PathBuf]) {
    // A file without a path, such as a pipe of `<(…)`, needs no rule.
    let program = match &request.program {
        Some(Program::File(file)) => file.canonicalize().ok(),
        _ => None,
    };
    let memory = launch::waits(request).then(Memory::open);
    let read =
        folders.iter().map(PathBuf::as_path).chain(request.packages.as_deref()).chain(program.as_deref()).collect();
    let write = [Some(view.folder), view.temporary.map(|(here, _)| here)].into_iter().flatten().collect();
    confinement::confine(&Reach { read, write });
    if let Some(Ok(memory)) = memory {
        // Only memory is lost where this fails.
        memory.forget_what_was_only_read().ok();
    }
}

fn exit_code(end: &End) -> u8 {
    match end {
        End::Code(code) => *code,
        End::Interrupted => wait::end_by_interrupt(),
        End::StackOverflow => {
            complain("RecursionError: the program recursed deeper than the stack of the built-in Python reaches");
            1
        }
        End::Trap(reason) => {
            complain(&format!("Fatal Python error: the built-in Python stopped: {reason}"));
            1
        }
    }
}

fn say(text: &str) -> Result<u8, Error> {
    writeln!(io::stdout(), "{text}")?;
    Ok(0)
}

/// A closed standard error is ignored.
fn complain(text: &str) {
    writeln!(io::stderr(), "runtray-python: {text}").ok();
}
