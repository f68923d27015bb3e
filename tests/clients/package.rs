//! The package `runtray` for PyPI: its own tests, against a service.

use std::path::Path;
use std::process::Command;

use super::{installed, serve};

#[test]
fn the_python_package() {
    let Some(clients) = installed() else { return };
    let (home, _service, url) = serve("");
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/python");
    let mut pytest = Command::new(clients.join("python/bin/python"));
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]).current_dir(&package);
    pytest.env("PYTHONPATH", package.join("src")).env("PYTHONDONTWRITEBYTECODE", "1");
    pytest.env("RUNTRAY_TEST_URL", url).env("RUNTRAY_HOME", home.path());
    let output = pytest.output().expect("pytest starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains(" passed"), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}
