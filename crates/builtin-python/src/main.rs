//! `runtray-python`: CPython for WASI as a program that behaves like `python`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use runtray_python::about::About;
use runtray_python::arguments::{self, Folders, Request, Run, USAGE};
use runtray_python::guest::{End, Guest, View};
use runtray_python::store::{self, Unpacked};
use runtray_python::{engine, launch, wait};
use wasmtime::Engine;
use wasmtime::component::Component;

/// CPython's exit code for a command line or a file that it cannot use.
const UNUSABLE: u8 = 2;

/// The built-in Python itself cannot be started, as a shell says of a program.
const BROKEN: u8 = 126;

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0}\n{USAGE}")]
    Arguments(#[from] arguments::Error),
    #[error(transparent)]
    Launch(#[from] launch::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    About(#[from] runtray_python::about::Error),
    #[error("the built-in Python cannot be started: {0:#}")]
    Engine(#[from] wasmtime::Error),
    #[error("{0}")]
    Output(#[from] io::Error),
}

impl Error {
    fn code(&self) -> u8 {
        match self {
            Self::Arguments(_) | Self::Launch(_) => UNUSABLE,
            Self::Store(_) | Self::About(_) | Self::Engine(_) | Self::Output(_) => BROKEN,
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
    let about = About::read(&store::home(folders)?)?;
    say(&if verbose { about.describe() } else { format!("Python {}", about.python) })
}

fn run(request: &Run) -> Result<u8, Error> {
    let barrier = launch::barrier(request);
    if barrier.is_none() {
        launch::look_at(request)?;
    }
    let folder = launch::folder()?;
    let temporary = launch::temporary(request);
    let packages = request.packages.as_deref();
    let _in_use = packages.and_then(store::use_packages);
    let launch = launch::launch(request, &folder, temporary.as_ref());
    let unpacked = store::open(&request.folders)?;
    let engine = engine::runner()?;
    let component = map(&engine, &unpacked)?;
    let view = View {
        library: &unpacked.library,
        folder: &folder.here,
        folder_inside: &folder.inside,
        temporary: temporary.as_ref().map(|folder| (folder.here.as_path(), folder.inside.as_str())),
        memory: request.memory,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (end, _guest) = runtime.block_on(async {
        wait::catch_interrupts()?;
        let mut guest = Guest::prepare_with(&engine, &component, &view, packages, &launch).await?;
        #[cfg(target_os = "linux")]
        if launch::waits(request) {
            // Only memory is lost where this fails.
            runtray_python::trim::forget_what_was_only_read().ok();
        }
        barrier.iter().for_each(|barrier| launch::wait_at(barrier));
        let source = launch::source(request, &folder)?;
        Ok::<_, Error>((guest.run(&source).await, guest))
    })?;
    // Nothing is dropped: the system takes the memory back in less time, and a thread may wait for input for ever.
    std::process::exit(i32::from(code(&end)))
}

/// The machine code of the built-in Python.
#[expect(unsafe_code, reason = "mapping machine code is what this program is for")]
fn map(engine: &Engine, unpacked: &Unpacked) -> Result<Component, Error> {
    // SAFETY: the file is the compiler's own output: the store has checked its hash, and only this user can write to its folder.
    let mapped = unsafe { Component::deserialize_file(engine, &unpacked.code) };
    match mapped {
        // Wine maps no file with rights to run it: there it is read. The same bytes are refused again if they are no good.
        Err(_) if cfg!(windows) => {
            let code = std::fs::read(&unpacked.code)?;
            // SAFETY: as above.
            Ok(unsafe { Component::deserialize(engine, code) }?)
        }
        mapped => Ok(mapped?),
    }
}

fn code(end: &End) -> u8 {
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

/// Where standard error is closed, nobody wants to know.
fn complain(text: &str) {
    writeln!(io::stderr(), "runtray-python: {text}").ok();
}
