//! The choice of a Python in the Settings: a usable one is accepted, any other is refused with a reason.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::app::settings;
use crate::file_dialog;
use crate::session::{Session, until};
use crate::webdriver::Page;

/// The text below the list of Pythons.
const REASON: &str = "[id='about-python.path']";

#[test]
fn a_usable_python_is_accepted_and_others_are_refused_with_the_reason() {
    let session = Session::new();
    let page = Page::open(&session);
    page.go("Settings");
    let usual = prefix(&page);
    let old =
        r#"{"version": [2, 7, 18, "final", 0], "prefix": "/usr", "base_prefix": "/usr", "implementation": "cpython"}"#;
    for (path, reason) in [
        (file(&session, "notes.txt", "print('no program')", 0o644), "is not executable"),
        (file(&session, "hangs", "#!/bin/sh\nexec sleep 600", 0o755), "did not answer within 5 s"),
        (file(&session, "python2", &format!("#!/bin/sh\necho '{old}'"), 0o755), "is Python 2.7.18; Runtray needs 3.8"),
        (file(&session, "no-python", "#!/bin/sh\necho hello", 0o755), "printed no description of itself"),
    ] {
        browse(&page, &path);
        page.reads(REASON, &format!("{} {reason}", path.display()));
        assert_eq!(prefix(&page), usual, "what was refused is used");
    }
    let venv = environment(&session);
    browse(&page, &venv.join("bin/python3"));
    page.reads(REASON, "works: it starts in");
    until("the chosen Python", || (prefix(&page) == venv.display().to_string()).then_some(()));
    page.reads(".pythons", "in use");

    // The desktop's dialog does not allow choosing a folder, so write the settings file.
    settings(&session, page.app.port, &format!("python.path = {:?}", session.folder().display().to_string()));
    page.reads("header", "No Python");
    page.go("Status");
    page.reads("main", "is a directory");
    page.go("Settings");
    page.reads(".pythons", "is a directory");
}

fn browse(page: &Page<'_>, path: &Path) {
    page.click("Browse…");
    file_dialog::answer(page.session, "Choose a Python interpreter", path);
}

/// The prefix of the Python that runs programs.
fn prefix(page: &Page<'_>) -> String {
    page.app.run("import sys; print(sys.prefix)")["output"].as_str().expect("output").trim().to_owned()
}

fn file(session: &Session, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = session.folder().join(name);
    fs::write(&path, text).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode))).expect("a file");
    path
}

/// A virtual environment in this session.
fn environment(session: &Session) -> PathBuf {
    let venv = session.folder().join("venv");
    let made = Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&venv).status().expect("python3");
    assert!(made.success(), "there is no virtual environment");
    venv
}
