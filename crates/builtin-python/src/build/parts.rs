//! The parts inside, with versions and licences.

use runtray_python::about::Part;

use crate::inside::Versions;

/// The parts besides CPython and its libraries. Their versions are pinned in xtask, which fetches them.
const FIXED: &[(&str, &str, &str)] = &[
    ("componentize-py", "0.25.1", "Apache-2.0 WITH LLVM-exception"),
    ("tzdata", "2025.2", "Apache-2.0"),
    ("wasi-libc", "of componentize-py 0.25.1", "MIT AND Apache-2.0 WITH LLVM-exception AND BSD-2-Clause"),
    ("libc++ and compiler-rt", "of componentize-py 0.25.1", "Apache-2.0 WITH LLVM-exception"),
    ("HACL*", "of CPython", "MIT OR Apache-2.0"),
    ("wasmtime", "48.0.8", "Apache-2.0 WITH LLVM-exception"),
    ("lzma-rust2", "0.25", "Apache-2.0"),
    ("libbz2-rs-sys", "0.2", "bzip2-1.0.6"),
];

/// The licences of the libraries that CPython is linked with.
const LIBRARIES: &[(&str, &str)] =
    &[("SQLite", "blessing"), ("zlib", "Zlib"), ("Expat", "MIT"), ("mpdecimal", "BSD-2-Clause")];

/// All parts.
pub(crate) fn parts(versions: &Versions) -> Vec<Part> {
    let part = |name: &str, version: &str, licence: &str| Part {
        name: name.to_owned(),
        version: version.to_owned(),
        licence: licence.to_owned(),
    };
    let python = part("CPython", &versions.python, "PSF-2.0");
    let libraries = LIBRARIES
        .iter()
        .map(|(name, licence)| part(name, versions.libraries.get(*name).map_or("unknown", String::as_str), licence));
    let fixed = FIXED.iter().map(|(name, version, licence)| part(name, version, licence));
    [python].into_iter().chain(libraries).chain(fixed).collect()
}
