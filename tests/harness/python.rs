//! The Python of this machine, for tests that make virtual environments.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::Service;

/// The base interpreter of the Python that the service uses, with links and virtual environments resolved.
pub(crate) fn base() -> PathBuf {
    let status = Service::start().get("/status").json();
    let python = status["python_path"].as_str().expect("there is a Python").to_owned();
    let code = "import os, sys; print(os.path.realpath(getattr(sys, '_base_executable', sys.executable)))";
    let told = Command::new(python).args(["-c", code]).output().expect("a Python").stdout;
    PathBuf::from(String::from_utf8(told).expect("a path in UTF-8").trim_end())
}
