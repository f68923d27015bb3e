//! The folders for temporary files: private to a run, deleted with it, with only some of the machine's files in sight.

use std::fs;

use serde_json::json;

use super::neighbours::{ALL, WALLED, home_for, is_walled, run, start};
use crate::harness::warm::ONE_EACH;
use crate::harness::{Home, Service, eventually};

/// Writes to every folder for temporary files, and prints the files that it found there.
const TEMPORARY: &str = r"
import os, subprocess, tempfile
folders = '/tmp', '/var/tmp', tempfile.gettempdir(), os.environ['TMPDIR']
found = [name for place in folders for name in os.listdir(place) if name.lstrip('.') != os.path.basename(os.getcwd())]
for place in folders:
    with tempfile.NamedTemporaryFile(dir=place, prefix='PREFIX', delete=False) as file:
        file.write(b'kept')
made = subprocess.run(['mktemp'], capture_output=True, text=True).stdout.strip()
sizes = [os.stat(place).st_mode & 0o7777 for place in folders]
print(found, os.path.dirname(made), sizes == [0o1777] * 4)
";

#[test]
fn temporary_folders_are_private_to_a_run_and_are_deleted() {
    for mode in WALLED {
        let service = Service::start_in_mode(&Home::in_sight(ONE_EACH), mode);
        if !is_walled(&service, mode) {
            continue;
        }
        let ours = tempfile::NamedTempFile::new_in("/tmp").expect("a file");
        let prefix = format!("runtray-test-{}-", std::process::id());
        for _ in 0..2 {
            let answer = run(&service, &TEMPORARY.replace("PREFIX", &prefix));
            assert_eq!(answer["output"], "[] /tmp True\n", "({mode:?}) {answer}");
        }
        assert!(ours.path().exists(), "what others have there is left alone");
        for place in ["/tmp", "/var/tmp"] {
            let names = fs::read_dir(place).expect(place).flatten().map(|entry| entry.file_name());
            let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(&prefix)).collect();
            assert!(left.is_empty(), "{left:?} in {place} ({mode:?})");
        }
        eventually("the folders to be gone", || service.run_folders().is_empty().then_some(()));
    }
}

#[test]
fn files_in_temporary_folders_count_against_the_limit() {
    for mode in WALLED {
        let home = Home::in_sight("[limits]\nfolder_bytes = 4194304\n");
        let service = Service::start_in_mode(&home, mode);
        for place in ["/tmp", "/var/tmp", "."] {
            let code = format!(
                "import time\nopen({:?}, 'wb').write(bytes(8 << 20))\ntime.sleep(3600)",
                format!("{place}/large")
            );
            let answer = service.execute(&json!({"code": code, "timeout_ms": 30_000}));
            if is_walled(&service, mode) || place == "." {
                let error = answer["error"].as_str().expect("text");
                assert!(error.ends_with("its files took more than 4 MiB."), "{place} ({mode:?}): {answer}");
            }
        }
    }
}

#[test]
fn an_interpreter_below_tmp_is_found() {
    let folder = tempfile::tempdir_in("/tmp").expect("a folder");
    let (shell, through) = (folder.path().join("below/shell"), folder.path().join("link"));
    fs::create_dir(folder.path().join("below")).expect("a folder");
    fs::copy("/bin/sh", &shell).expect("a shell");
    std::os::unix::fs::symlink(&shell, &through).expect("a link");
    let settings = format!("[[language]]\nname = \"own\"\ncommand = ['{}']\nextension = \"sh\"\n", through.display());
    for mode in ALL {
        let service = Service::start_in_mode(&home_for(mode, &settings), mode);
        let answer = service.execute(&json!({"language": "own", "code": "echo here"}));
        assert_eq!(answer["output"], "here\n", "({mode:?}) {answer}");
    }
}

#[test]
fn a_program_that_is_not_isolated_opens_files_below_tmp_that_its_arguments_name() {
    let folder = tempfile::tempdir_in("/tmp").expect("a folder");
    let file = folder.path().join("data.txt");
    fs::write(&file, "the user's").expect("a file");
    for mode in ALL {
        let service = start(mode);
        let code = "import sys; print(open(sys.argv[1]).read())";
        let answer = service.execute(&json!({"code": code, "args": [file], "isolation": "none"}));
        assert_eq!(answer["output"], "the user's\n", "({mode:?}) {answer}");
    }
}
