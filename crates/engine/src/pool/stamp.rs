//! What shows that an interpreter is another one than before.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

/// The state of the files that an interpreter is started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    program: Option<(SystemTime, u64, u64)>,
    environment: Option<SystemTime>,
}

impl Stamp {
    /// Of the interpreter at `path`, and of the `pyvenv.cfg` of the virtual environment that it may be part of.
    pub(super) fn of(path: &Path) -> Self {
        let program = fs::metadata(path).ok();
        let environment = path.parent().and_then(Path::parent).map(|root| root.join("pyvenv.cfg"));
        Self {
            program: program.and_then(|file| Some((file.modified().ok()?, file.len(), number(&file)))),
            environment: environment.and_then(|file| fs::metadata(file).ok()?.modified().ok()),
        }
    }
}

/// What tells a file from another one that took its place with the same size and time.
#[cfg(unix)]
fn number(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn number(_file: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Stamp;

    #[test]
    fn another_file_of_the_same_size_is_another_interpreter() {
        let folder = tempfile::tempdir().expect("a folder");
        let (program, other) = (folder.path().join("python"), folder.path().join("other"));
        fs::write(&program, "one").expect("a file");
        let before = Stamp::of(&program);
        assert_eq!(Stamp::of(&program), before);
        fs::write(&other, "two").expect("a file");
        fs::rename(&other, &program).expect("a replaced file");
        assert_ne!(Stamp::of(&program), before, "replaced");
        fs::remove_file(&program).expect("a removed file");
        assert_ne!(Stamp::of(&program), before, "gone");
    }

    #[test]
    fn a_changed_virtual_environment_is_another_interpreter() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        let program = folder.path().join("bin/python");
        fs::write(&program, "").expect("a file");
        let before = Stamp::of(&program);
        fs::write(folder.path().join("pyvenv.cfg"), "").expect("a file");
        assert_ne!(Stamp::of(&program), before);
    }
}
