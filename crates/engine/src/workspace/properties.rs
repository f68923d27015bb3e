//! Files of requests on a disk: wherever their paths lead, they are in the run's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Workspaces;
use crate::request::path::RelativePath;
use crate::request::path::properties::written;
use crate::request::{Request, SourceFile};

/// All files below `folder` except the files of runs, with their content.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a list").map(|entry| entry.expect("an entry").path());
    let of = |path: PathBuf| match path.is_dir() {
        true if path.ends_with("runs") => Vec::new(),
        true => contents(&path),
        false => vec![(path.clone(), fs::read(&path).expect("a file"))],
    };
    entries.flat_map(of).collect()
}

/// `paths` as files, the accepted ones of them.
fn files(paths: &[String]) -> Vec<SourceFile> {
    let accepted = paths.iter().filter_map(|path| RelativePath::parse(path).ok());
    accepted.enumerate().map(|(index, path)| SourceFile { path, content: format!("content {index}").into() }).collect()
}

proptest! {
    #[test]
    fn every_file_of_a_request_is_in_the_run_s_folder(paths in vec(written(), 0..6)) {
        let base = tempfile::tempdir().expect("a folder");
        let base = base.path().canonicalize().expect("it is there");
        fs::write(base.join("secret"), "secret").expect("a file");
        let workspaces = Workspaces::open(&base.join("runs")).expect("a folder");
        let given = files(&paths);
        let Ok(request) = Request::new("1", Duration::ZERO).with_files(given.clone()) else { return Ok(()) };
        // A name may be too long for the disk's encoding of it; then nothing is left.
        if let Ok(workspace) = workspaces.create(&request, "main.py") {
            for file in &given {
                let place = file.path.below(&workspace.folder());
                // Wine does not tell the final path of a long name. Nothing there made a link.
                let place = if cfg!(windows) { place } else { place.canonicalize().expect("it was written") };
                prop_assert!(place.starts_with(workspace.folder()), "{place:?}");
                prop_assert_eq!(fs::read(&place).expect("a file"), file.content.clone());
            }
        }
        prop_assert_eq!(contents(&base), [(base.join("secret"), b"secret".to_vec())]);
    }
}
