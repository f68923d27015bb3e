//! `runtray-python-compile`: compiles the Python with packages for science on the user's machine, and imports the packages once.
//!
//! `runtray-packs` starts it in a folder with the published files, at the lowest priority. It has the compiler, which no program
//! that runs anybody's code has. It takes minutes and 2 GB of memory, and ends when its parent does.

mod imported;

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use runtray_python::image::{self, Description};
use runtray_python::science::{save, start};
use runtray_python::{about, engine};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The prefix of CPython's version in the list of the parts inside.
const PYTHON: &str = "python ";

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        complain("usage: runtray-python-compile FOLDER");
        return ExitCode::from(2);
    };
    thread::spawn(end_with_the_caller);
    be_nice();
    match compile(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Ends this process with its caller: standard input is a pipe that the caller holds open.
fn end_with_the_caller() {
    io::stdin().read_to_end(&mut Vec::new()).ok();
    std::process::exit(1)
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "nix has no function for it")]
fn be_nice() {
    /// More than the system's lowest priority is the lowest.
    const LEAST: i32 = 19;
    // SAFETY: it changes the priority of this process and touches no memory.
    unsafe { nix::libc::nice(LEAST) };
}

/// The caller starts it at a low priority.
#[cfg(windows)]
fn be_nice() {}

fn compile(folder: &Path) -> Outcome<()> {
    let (module, code) = (folder.join(image::MODULE), folder.join(image::CODE));
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| format!("{path}: {error}")
    };
    let manifest = folder.join(image::MANIFEST);
    let manifest = fs::read_to_string(&manifest).map_err(at(&manifest))?;
    let python = manifest.lines().find_map(|line| line.strip_prefix(PYTHON)).ok_or("the manifest names no Python")?;

    let wasm = fs::read(&module).map_err(at(&module))?;
    // For this processor: it runs nowhere else.
    let compiled = engine::runner()?.precompile_module(&wasm)?;
    drop(wasm);
    write(&code, &compiled).map_err(at(&code))?;
    drop(compiled);

    let kept = folder.join(image::MEMORY);
    let mut file = File::create(&kept).map_err(at(&kept))?;
    save(imported::import(folder)?.memory(), &mut file).map_err(at(&kept))?;

    let weigh = |name: &str| image::weigh(folder, name).map_err(at(&folder.join(name)));
    let description = Description {
        python: python.to_owned(),
        target: about::TARGET.to_owned(),
        start: start::hash(),
        code: weigh(image::CODE)?,
        memory: weigh(image::MEMORY)?,
    };
    fs::remove_file(&module).map_err(at(&module))?;
    let place = folder.join(image::DESCRIPTION);
    write(&place, serde_json::to_string_pretty(&description)?.as_bytes()).map_err(at(&place))?;
    Ok(())
}

/// All of it is on the disk afterwards.
fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(content)?;
    file.sync_all()
}

/// A closed standard error is ignored.
fn complain(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}
