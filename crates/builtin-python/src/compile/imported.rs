//! An interpreter that has imported the packages and the start-up code.

use std::fs;
use std::path::Path;

use runtray_python::guest::View;
use runtray_python::science::{FOLDER, Science, TEMPORARY, start};
use runtray_python::{engine, image};
use wasmtime::Module;

use crate::Outcome;

/// The folder, in the pack's folder, with the files that the interpreter sees only during the compilation.
const SCRATCH: &str = "scratch";

/// The interpreter of the compiled module in `folder`.
#[expect(unsafe_code, reason = "mapping machine code is how it is run")]
pub(crate) fn import(folder: &Path) -> Outcome<Science> {
    let scratch = folder.join(SCRATCH);
    let [modules, work, temporary] = ["modules", "work", "temporary"].map(|name| scratch.join(name));
    for place in [&work, &temporary] {
        fs::create_dir_all(place)?;
    }
    for (path, text) in start::FILES.iter().chain([&start::PROGRAM]) {
        let place = modules.join(path);
        fs::create_dir_all(place.parent().unwrap_or(&modules))?;
        fs::write(place, text)?;
    }
    let engine = engine::runner()?;
    // SAFETY: the compiler has just made it, in this process.
    let module = unsafe { Module::deserialize_file(&engine, folder.join(image::CODE)) }?;
    let view = View {
        library: &folder.join(image::LIBRARY),
        folder: &work,
        folder_inside: FOLDER,
        temporary: Some((&temporary, TEMPORARY)),
        memory: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let python = runtime.block_on(async {
        let mut python = Science::begin(&engine, &module, folder, &view, Some(&modules)).await?;
        python.set_up().await?;
        Ok::<_, wasmtime::Error>(python)
    })?;
    fs::remove_dir_all(scratch)?;
    Ok(python)
}
