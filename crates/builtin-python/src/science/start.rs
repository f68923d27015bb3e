//! The start-up code of the Python with packages for science: mostly the same as the other Python's.
//!
//! It is in the memory that was kept when the packages were imported. A pack with another start-up code is made again.

use sha2::{Digest as _, Sha256};

/// Each file with its path below a folder that is searched for modules.
pub const FILES: [(&str, &str); 13] = [
    ("_runtray/__init__.py", include_str!("../../guest/start/_runtray/__init__.py")),
    ("_runtray/absent.py", include_str!("../../guest/start/_runtray/absent.py")),
    ("_runtray/flags.py", include_str!("../../guest/start/_runtray/flags.py")),
    ("_runtray/fresh.py", include_str!("../../guest/start/_runtray/fresh.py")),
    ("_runtray/hidden.py", include_str!("../../science/_runtray/hidden.py")),
    ("_runtray/loop.py", include_str!("../../guest/start/_runtray/loop.py")),
    ("_runtray/preload.py", include_str!("../../guest/start/_runtray/preload.py")),
    ("_runtray/program.py", include_str!("../../guest/start/_runtray/program.py")),
    ("_runtray/seed.py", include_str!("../../guest/start/_runtray/seed.py")),
    ("_runtray/streams.py", include_str!("../../guest/start/_runtray/streams.py")),
    ("_runtray/waits.py", include_str!("../../guest/start/_runtray/waits.py")),
    ("wit_world/__init__.py", include_str!("../../science/wit_world/__init__.py")),
    ("wit_world/imports/host.py", include_str!("../../science/wit_world/imports/host.py")),
];

/// The module that is imported last, and stays.
pub const PROGRAM: (&str, &str) = ("runtray_program.py", include_str!("../../science/runtray_program.py"));

/// The hash of it all, in hexadecimal.
pub fn hash() -> String {
    let mut hash = Sha256::new();
    for (path, text) in FILES.iter().chain([&PROGRAM]) {
        hash.update(path.as_bytes());
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    format!("{:x}", hash.finalize())
}
