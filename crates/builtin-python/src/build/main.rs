//! Builds the files that are shipped beside `runtray-python`: machine code, standard library, `about.json`.
//!
//! `cargo xtask builtin-python` fetches the inputs of this program. It has the compiler, and is not shipped. Machine code of one
//! component for another system is added later: two builds of a component differ.

mod code;
mod inside;
mod library;
mod module;
mod pack;
mod parts;
mod seed;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use runtray_python::about::{self, About, Code};
use runtray_python::compression::Filter;
use runtray_python::library::archive;

/// The component in the folder of the result. It is not shipped.
const COMPONENT: &str = "component.wasm";

const USAGE: &str = "usage: runtray-python-build FOLDER new CARRIER ZONES | FOLDER add TARGET
FOLDER   where the component is, and where all is written
CARRIER  the shared library of componentize-py, which has CPython's standard library inside
ZONES    the folder of time zones, as in the package tzdata
TARGET   a further system to compile for";

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let words: Vec<&Path> = given.iter().map(PathBuf::as_path).collect();
    match words.as_slice() {
        [folder, word, carrier, zones] if *word == Path::new("new") => new(folder, carrier, zones),
        [folder, word, target] if *word == Path::new("add") => add(folder, target.to_str().ok_or(USAGE)?),
        _ => Err(USAGE.into()),
    }
}

/// Makes all files for this system from a component of componentize-py.
fn new(folder: &Path, carrier: &Path, zones: &Path) -> Result<(), Box<dyn Error>> {
    let component = seed::vary(&fs::read(folder.join(COMPONENT))?)?;
    fs::write(folder.join(COMPONENT), &component)?;
    let here = code::compile(&component, about::TARGET)?;
    let scratch = folder.join("scratch");
    fs::create_dir_all(&scratch)?;
    let library = scratch.join("library");
    library::extract(carrier, zones, &library)?;
    let versions = inside::prepare(&here, &library)?;
    let about = About {
        python: versions.python.clone(),
        component: pack::hash(&component),
        code: vec![write_code(folder, about::TARGET, &here)?],
        library: pack::write(&archive(&library, Vec::new())?, Filter::Plain, folder, "library.tar.lzma")?,
        parts: parts::parts(&versions),
    };
    fs::remove_dir_all(&scratch)?;
    write_about(folder, &about)
}

/// The machine code of the same component for `target`.
fn add(folder: &Path, target: &str) -> Result<(), Box<dyn Error>> {
    let mut about = About::read(folder)?;
    let code = code::compile(&fs::read(folder.join(COMPONENT))?, target)?;
    about.code.retain(|code| code.target != target);
    about.code.push(write_code(folder, target, &code)?);
    write_about(folder, &about)
}

fn write_code(folder: &Path, target: &str, code: &[u8]) -> Result<Code, Box<dyn Error>> {
    let packed = pack::write(code, Filter::of(target), folder, &format!("python-{target}.cwasm.lzma"))?;
    Ok(Code { target: target.to_owned(), packed })
}

/// Written last, and as a whole: a folder without it is not complete.
fn write_about(folder: &Path, about: &About) -> Result<(), Box<dyn Error>> {
    let unfinished = folder.join("about.unfinished");
    fs::write(&unfinished, serde_json::to_string_pretty(about)? + "\n")?;
    fs::rename(unfinished, folder.join(about::FILE))?;
    Ok(())
}
