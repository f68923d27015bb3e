//! Work for the Python inside: it compiles its own standard library to bytecode, and tells the versions of its parts.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use runtray_python::engine;
use runtray_python::guest::{End, Guest, Launch, Source, View};
use serde::Deserialize;
use wasmtime::component::Component;

/// The program that does it, in the folder of the library.
const PROGRAM: &str = include_str!("../../guest/build/prepare_library.py");

/// The file for the program's findings.
const VERSIONS: &str = "versions.json";

/// The versions of the parts inside.
#[derive(Deserialize)]
pub(crate) struct Versions {
    /// CPython's own.
    pub(crate) python: String,
    /// Those of the libraries in it.
    pub(crate) libraries: BTreeMap<String, String>,
}

/// Runs the program in `library` with the machine code for this system.
#[expect(unsafe_code, reason = "mapping machine code is how it is run")]
pub(crate) fn prepare(code: &[u8], library: &Path) -> Result<Versions, Box<dyn Error>> {
    eprintln!("compiling the standard library to bytecode");
    let engine = engine::runner()?;
    // SAFETY: the compiler has just made it, in this process.
    let component = unsafe { Component::deserialize(&engine, code) }?;
    let folder = library.canonicalize()?;
    let inside = folder.display().to_string();
    let view = View { library: &folder, folder: &folder, folder_inside: &inside, temporary: None, memory: None };
    let launch = launch(&inside);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let end = runtime.block_on(async {
        let mut guest = Guest::prepare(&engine, &component, &view, &launch).await?;
        Ok::<_, wasmtime::Error>(guest.run(&Source::Command(PROGRAM.into())).await)
    })?;
    if !matches!(end, End::Code(0)) {
        return Err(format!("the Python inside ended with {end:?}").into());
    }
    let versions = serde_json::from_slice(&fs::read(folder.join(VERSIONS))?)?;
    fs::remove_file(folder.join(VERSIONS))?;
    Ok(versions)
}

fn launch(folder: &str) -> Launch {
    Launch {
        arguments: vec![b"-c".to_vec()],
        variables: Vec::new(),
        folder: folder.into(),
        first_path: None,
        unbuffered: false,
        optimize: 0,
        warnings: Vec::new(),
    }
}
