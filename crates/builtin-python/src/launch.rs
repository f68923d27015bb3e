//! What the Python inside is told of its program, its folder and its variables.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use crate::arguments::{Program, Run};
use crate::guest::{Launch, Source, Text};

/// The working folder, here and inside.
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
    /// The file of the environment cannot be read.
    #[error("cannot read the variables in '{file}': {reason}", file = .0.display(), reason = reason(.1))]
    Variables(PathBuf, #[source] io::Error),
}

fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    error.raw_os_error().map_or_else(|| text.to_owned(), |number| format!("[Errno {number}] {text}"))
}

/// The working folder of this process.
///
/// # Errors
/// It is gone.
pub fn folder() -> Result<Folder, Error> {
    let here = env::current_dir().map_err(Error::Folder)?;
    // WASI has no drives.
    let inside = if cfg!(windows) { "/work".to_owned() } else { here.to_string_lossy().into_owned() };
    Ok(Folder { here, inside })
}

/// How `run` is started in `folder`.
///
/// # Errors
/// The environment cannot be read.
pub fn launch(run: &Run, folder: &Folder) -> Result<Launch, Error> {
    let name = match &run.program {
        Some(Program::Command(_)) => "-c".into(),
        Some(Program::Module(_)) => "-m".into(),
        Some(Program::Input) => "-".into(),
        Some(Program::File(file)) => file.as_os_str().to_owned(),
        None => OsString::new(),
    };
    let arguments = [name].into_iter().chain(run.arguments.iter().cloned());
    Ok(Launch {
        arguments: arguments.map(OsString::into_encoded_bytes).collect(),
        variables: variables(run.variables.as_deref())?,
        folder: folder.inside.clone().into_bytes(),
        first_path: (!run.safe_path).then(|| first_path(run, folder)),
        unbuffered: run.unbuffered,
        optimize: run.optimize.min(2),
        warnings: run.warnings.clone(),
    })
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
    match file.strip_prefix(&folder.here) {
        Ok(below) if cfg!(windows) => format!("{}/{}", folder.inside, below.display()).replace('\\', "/").into_bytes(),
        _ => file.into_os_string().into_encoded_bytes(),
    }
}

/// A name and its value.
type Variable = (Vec<u8>, Vec<u8>);

/// The environment: this process's own, or all that stands in a file.
fn variables(file: Option<&Path>) -> Result<Vec<Variable>, Error> {
    let Some(file) = file else {
        let own = env::vars_os().map(|(name, value)| (name.into_encoded_bytes(), value.into_encoded_bytes()));
        return Ok(own.collect());
    };
    let text = fs::read(file).map_err(|error| Error::Variables(file.to_owned(), error))?;
    let pairs = text.split(|byte| *byte == 0).filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        Some((pair[..equals].to_vec(), pair[equals + 1..].to_vec()))
    });
    Ok(pairs.collect())
}

/// Fails at once for a file that cannot be opened, without reading it: it may be a pipe, which is read when all else is ready.
///
/// # Errors
/// There is no such file, or it is a folder.
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
/// It cannot be read.
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
