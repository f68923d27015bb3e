//! Builds the files that are shipped beside `runtray-python`: machine code, standard library, `about.json`.
//!
//! `cargo xtask builtin-python` fetches the inputs of this program, which contains the compiler and is not shipped.

mod code;
mod inside;
mod library;
mod pack;
mod parts;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use runtray_python::about::{self, About, Code};

/// The arguments, in this order.
struct Arguments {
    /// The component, with CPython inside.
    component: PathBuf,
    /// The shared library of `componentize-py`, which has CPython's standard library inside.
    carrier: PathBuf,
    /// The folder of time zones, as in the package `tzdata`.
    zones: PathBuf,
    /// Where all is written. A new folder.
    output: PathBuf,
    /// The targets besides this system.
    targets: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments().ok_or("usage: runtray-python-build COMPONENT CARRIER ZONES OUTPUT [TARGET]...")?;
    fs::create_dir_all(&arguments.output)?;
    let component = fs::read(&arguments.component)?;
    let here = code::compile(&component, about::TARGET)?;
    let scratch = arguments.output.join("scratch");
    fs::create_dir_all(&scratch)?;
    let library = scratch.join("library");
    library::extract(&arguments.carrier, &arguments.zones, &library)?;
    let versions = inside::prepare(&here, &library)?;
    let about = About {
        python: versions.python.clone(),
        component: pack::hash(&component),
        code: codes(&arguments, &component, here)?,
        library: pack::write(&library::archive(&library)?, &arguments.output, "library.tar.zst")?,
        parts: parts::parts(&versions),
    };
    fs::remove_dir_all(&scratch)?;
    write_about(&arguments.output, &about)
}

fn arguments() -> Option<Arguments> {
    let mut given = env::args_os().skip(1);
    let mut path = || given.next().map(PathBuf::from);
    let (component, carrier, zones, output) = (path()?, path()?, path()?, path()?);
    let targets = given.map(|target| target.into_string().ok()).collect::<Option<_>>()?;
    Some(Arguments { component, carrier, zones, output, targets })
}

fn codes(arguments: &Arguments, component: &[u8], here: Vec<u8>) -> Result<Vec<Code>, Box<dyn Error>> {
    let mut codes = Vec::new();
    let mut write = |target: &str, code: &[u8]| -> Result<(), Box<dyn Error>> {
        let packed = pack::write(code, &arguments.output, &format!("python-{target}.cwasm.zst"))?;
        codes.push(Code { target: target.to_owned(), packed });
        Ok(())
    };
    write(about::TARGET, &here)?;
    for target in arguments.targets.iter().filter(|target| *target != about::TARGET) {
        write(target, &code::compile(component, target)?)?;
    }
    Ok(codes)
}

/// Written last: a folder without it is not complete.
fn write_about(output: &Path, about: &About) -> Result<(), Box<dyn Error>> {
    fs::write(output.join(about::FILE), serde_json::to_string_pretty(about)? + "\n")?;
    Ok(())
}
