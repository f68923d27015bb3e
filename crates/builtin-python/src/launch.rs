//! The Python's launch data: its program, its folder and its variables.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use crate::arguments::{Program, Run};
use crate::guest::{Launch, Source, Text};
use crate::science;

/// A folder that the program sees, here and inside.
pub struct Folder {
    /// Its absolute path on this machine.
    pub here: PathBuf,
    /// Its name inside.
    pub inside: String,
}

/// Why a program cannot be started, in CPython's words where it has them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The working folder is gone.
    #[error("the working folder cannot be used: {0}")]
    Folder(#[source] io::Error),
    /// The program's file cannot be read.
    #[error("can't open file '{file}': {reason}", file = .0.display(), reason = reason(.1))]
    File(PathBuf, #[source] io::Error),
}

fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    error.raw_os_error().map_or_else(|| text.to_owned(), |number| format!("[Errno {number}] {text}"))
}

/// Whether folders have names of their own inside: WASI has no drives, and the Python with packages for science knows the names
/// that they had when it was made.
fn renames(run: &Run) -> bool {
    cfg!(windows) || run.folders.image.is_some()
}

/// The working folder of this process.
///
/// # Errors
/// The folder is gone.
pub fn folder(run: &Run) -> Result<Folder, Error> {
    let here = env::current_dir().map_err(Error::Folder)?;
    let inside = if renames(run) { science::FOLDER.to_owned() } else { here.to_string_lossy().into_owned() };
    Ok(Folder { here, inside })
}

/// The variable of this process that names a folder for temporary files. A program's own variables have other names.
const TEMPORARY: &str = "RUNTRAY_TEMPORARY";

/// The folder for temporary files, if there is one.
pub fn temporary(run: &Run) -> Option<Folder> {
    let here = PathBuf::from(env::var_os(TEMPORARY).filter(|_| run.variables.is_some())?);
    let inside = if renames(run) { science::TEMPORARY.to_owned() } else { here.to_string_lossy().into_owned() };
    here.is_absolute().then_some(Folder { here, inside })
}

/// How `run` is started in `folder`. A program that is given a folder for temporary files knows it by its name inside.
pub fn launch(run: &Run, folder: &Folder, temporary: Option<&Folder>) -> Launch {
    let name = match &run.program {
        Some(Program::Command(_)) => "-c".into(),
        Some(Program::Module(_)) => "-m".into(),
        Some(Program::Input) => "-".into(),
        Some(Program::File(file)) => file.as_os_str().to_owned(),
        None => OsString::new(),
    };
    let arguments = [name].into_iter().chain(run.arguments.iter().cloned());
    Launch {
        arguments: arguments.map(OsString::into_encoded_bytes).collect(),
        variables: variables(run.variables.as_deref(), temporary),
        folder: folder.inside.clone().into_bytes(),
        first_path: (!run.safe_path).then(|| first_path(run, folder)),
        unbuffered: run.unbuffered,
        optimize: run.optimize.min(2),
        warnings: run.warnings.clone(),
    }
}

/// The program's folder for a file, the working folder for a module, and "wherever that is" for the rest.
fn first_path(run: &Run, folder: &Folder) -> Vec<u8> {
    match &run.program {
        Some(Program::File(file)) => {
            let file = inside(file, folder);
            let end = file.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
            file[..end].to_vec()
        }
        Some(Program::Module(_)) => folder.inside.clone().into_bytes(),
        _ => Vec::new(),
    }
}

/// The absolute name that a file has inside, whether it can be seen there or not.
fn inside(file: &Path, folder: &Folder) -> Vec<u8> {
    let file = folder.here.join(file);
    let is_renamed = folder.here != Path::new(&folder.inside);
    match file.strip_prefix(&folder.here) {
        Ok(below) if cfg!(windows) => format!("{}/{}", folder.inside, below.display()).replace('\\', "/").into_bytes(),
        Ok(below) if is_renamed => Path::new(&folder.inside).join(below).into_os_string().into_encoded_bytes(),
        _ => file.into_os_string().into_encoded_bytes(),
    }
}

/// A name and its value.
type Variable = (Vec<u8>, Vec<u8>);

/// The environment: this process's own, or its variables that begin with a prefix.
fn variables(prefix: Option<&OsStr>, temporary: Option<&Folder>) -> Vec<Variable> {
    let prefix = prefix.unwrap_or_default().as_encoded_bytes();
    let own = env::vars_os().filter_map(|(name, value)| {
        let name = name.as_encoded_bytes().strip_prefix(prefix)?.to_vec();
        Some((name, value.into_encoded_bytes()))
    });
    own.map(|(name, value)| renamed(name, value, temporary)).collect()
}

/// A path of the folder for temporary files is one inside.
fn renamed(name: Vec<u8>, value: Vec<u8>, temporary: Option<&Folder>) -> Variable {
    let same = temporary.filter(|folder| folder.here.as_os_str().as_encoded_bytes() == value);
    (name, same.map_or(value, |folder| folder.inside.clone().into_bytes()))
}

/// The variable of this process that names a pipe, at whose end the program begins.
const BARRIER: &str = "RUNTRAY_BARRIER";

/// The pipe at whose end the program's file is there, if it is not there from the start.
pub fn barrier(run: &Run) -> Option<PathBuf> {
    env::var_os(BARRIER).filter(|_| run.variables.is_some()).map(PathBuf::from)
}

/// Whether the program is not there yet: a pipe lies in the place of its file.
#[cfg(target_os = "linux")]
pub fn waits(run: &Run) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let Some(Program::File(file)) = &run.program else { return false };
    fs::metadata(file).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Waits for the end of the pipe. A missing pipe has ended.
pub fn wait_at(barrier: &Path) {
    fs::read(barrier).ok();
}

/// Fails at once for a file that cannot be opened, without reading it: it may be a pipe, which is read when all else is ready.
///
/// # Errors
/// The file is missing, or is a folder.
pub fn look_at(run: &Run) -> Result<(), Error> {
    let Some(Program::File(file)) = &run.program else { return Ok(()) };
    let metadata = fs::metadata(file).map_err(|error| missing(file, error))?;
    if metadata.is_dir() {
        return Err(missing(file, io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok(())
}

/// Reads the program. A pipe is read to its end.
///
/// # Errors
/// The program cannot be read.
pub fn source(run: &Run, folder: &Folder) -> Result<Source, Error> {
    let bytes = |text: &OsString| text.clone().into_encoded_bytes();
    match &run.program {
        Some(Program::Command(text)) => Ok(Source::Command(bytes(text))),
        Some(Program::Module(name)) => Ok(Source::Module(bytes(name))),
        Some(Program::File(file)) => {
            let content = fs::read(file).map_err(|error| missing(file, error))?;
            Ok(Source::File(Text { name: inside(file, folder), content }))
        }
        None if io::stdin().is_terminal() => Ok(Source::Prompt),
        None | Some(Program::Input) => {
            let mut content = Vec::new();
            io::stdin().read_to_end(&mut content).map_err(|error| missing(Path::new("<stdin>"), error))?;
            Ok(Source::Input(content))
        }
    }
}

/// CPython names the absolute path.
fn missing(file: &Path, error: io::Error) -> Error {
    let absolute = env::current_dir().map_or_else(|_| file.to_owned(), |folder| folder.join(file));
    Error::File(absolute, error)
}
