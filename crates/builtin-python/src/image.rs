//! The folder of the Python with packages for science: compiled on the user's machine, and checked before it is mapped.
//!
//! `runtray-python-compile` makes the files, `runtray-packs` puts the folder into its place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::about::{self, Packed};
use crate::checked::Checked;
use crate::folders;
use crate::science::start;

/// The description, which is written last: without it the folder is not complete.
pub const DESCRIPTION: &str = "image.json";

/// The module as it was published; deleted when it is compiled.
pub const MODULE: &str = "python.wasm";

/// Its machine code.
pub const CODE: &str = "python.cwasm";

/// Its memory after the packages were imported.
pub const MEMORY: &str = "memory";

/// The folder with the archive of the modules.
pub const LIBRARY: &str = "library";

/// The files of matplotlib, which cannot be read from inside that archive.
pub const DATA: &str = "data";

/// A folder without files, for programs without added packages.
pub const EMPTY: &str = "empty";

/// The list of the parts inside, as its author wrote it.
pub const MANIFEST: &str = "manifest";

/// The folder of the licences.
pub const LICENCES: &str = "licences";

/// The contents of a compiled folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Description {
    /// CPython's version.
    pub python: String,
    /// The system that it was compiled for, as Rust names it.
    pub target: String,
    /// The hash of the start-up code in the memory.
    pub start: String,
    /// The machine code.
    pub code: Packed,
    /// The memory.
    pub memory: Packed,
}

/// Why the folder cannot be used. Each sentence names its remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is missing, or was changed.
    #[error("the science pack is damaged; `runtray packs add science` makes it again ({0})")]
    Damaged(String),
    /// Other users may change it.
    #[error("{0} can be written to by other users: machine code is not run from it")]
    NotPrivate(String),
    /// An update of Runtray, or another machine.
    #[error(
        "the science pack was compiled for another version of Runtray or another kind of computer; `runtray packs add science` compiles it again ({0})"
    )]
    Outdated(String),
}

/// The files of a folder that can be used.
#[derive(Debug)]
pub struct Image {
    /// The machine code. It must be kept as long as the code and the memory are used.
    pub code: Checked,
    /// The memory, and its size in bytes.
    pub memory: (Checked, usize),
    /// The folder with the archive of the modules.
    pub library: PathBuf,
    /// The folder itself.
    pub folder: PathBuf,
    /// The mark of the files, which holds as long as they do not change.
    pub identity: String,
}

impl Description {
    /// Reads the description in `folder`.
    ///
    /// # Errors
    /// The description is missing or damaged.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let file = folder.join(DESCRIPTION);
        let damaged = |error: io::Error| Error::Damaged(format!("{}: {error}", file.display()));
        let text = fs::read(&file).map_err(damaged)?;
        serde_json::from_slice(&text).map_err(|error| damaged(error.into()))
    }

    /// The versions of the contents of `folder`, as `--version --verbose` prints them.
    pub fn describe(&self, folder: &Path) -> String {
        let manifest = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
        let first = format!("Python {} (built in, science)\n{} sha256 {}", self.python, self.target, self.code.sha256);
        let packages = manifest.lines().filter_map(|line| line.strip_prefix("package "));
        let licences = format!("licences: {}", folder.join(LICENCES).display());
        [first].into_iter().chain(packages.map(str::to_owned)).chain([licences]).collect::<Vec<_>>().join("\n")
    }
}

/// Checks the files in `folder`: they are hashed, unless their identity is the `known` one.
///
/// # Errors
/// The reasons in [`Error`].
pub fn open(folder: &Path, known: Option<&str>) -> Result<Image, Error> {
    let damaged = |error: io::Error| Error::Damaged(format!("{}: {error}", folder.display()));
    if !folders::is_private(folder).map_err(damaged)? {
        return Err(Error::NotPrivate(folder.display().to_string()));
    }
    let description = Description::read(folder)?;
    if description.target != about::TARGET {
        return Err(Error::Outdated(format!("it is for {}", description.target)));
    }
    if description.start != start::hash() {
        return Err(Error::Outdated("its start-up code is another one".to_owned()));
    }
    let file = |name: &str| Checked::open(&folder.join(name)).map_err(damaged);
    let (code, memory) = (file(CODE)?, file(MEMORY)?);
    let identity = [code.identity().map_err(damaged)?, memory.identity().map_err(damaged)?].join(",");
    let is_known = known == Some(identity.as_str());
    code.compare(&description.code, is_known).map_err(damaged)?;
    memory.compare(&description.memory, is_known).map_err(damaged)?;
    let size = usize::try_from(description.memory.size).map_err(|_| damaged(io::ErrorKind::FileTooLarge.into()))?;
    let (library, folder) = (folder.join(LIBRARY), folder.to_owned());
    Ok(Image { code, memory: (memory, size), library, folder, identity })
}

/// The name, hash and size of a file.
///
/// # Errors
/// The file cannot be read.
pub fn weigh(folder: &Path, name: &str) -> io::Result<Packed> {
    let (mut file, mut hash) = (File::open(folder.join(name))?, Sha256::new());
    let size = io::copy(&mut file, &mut hash)?;
    Ok(Packed { file: name.to_owned(), sha256: format!("{:x}", hash.finalize()), size })
}
