//! Questions and work for the built-in Python.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pep508_rs::MarkerEnvironment;
use runtray_wire::PackFault;

use crate::Outcome;

/// Prints the values of the environment markers.
const MARKERS: &str = "\
import json, os, platform, sys
version = '{0.major}.{0.minor}.{0.micro}'.format(sys.implementation.version)
print(json.dumps({
    'implementation_name': sys.implementation.name,
    'implementation_version': version,
    'os_name': os.name,
    'platform_machine': platform.machine(),
    'platform_python_implementation': platform.python_implementation(),
    'platform_release': platform.release(),
    'platform_system': platform.system(),
    'platform_version': platform.version(),
    'python_full_version': platform.python_version(),
    'python_version': '.'.join(platform.python_version_tuple()[:2]),
    'sys_platform': sys.platform,
}))
";

/// Compiles every module in the working folder. Files that are not valid in this version of Python are left out. The files never
/// change, so imports need not check for changes. WASI's own `write` may take a part, which the replaced function does not
/// expect.
const COMPILE: &str = "\
import compileall, importlib._bootstrap_external, py_compile
def write(path, data, mode=0o666):
    with open(path, 'wb') as file:
        file.write(data)
importlib._bootstrap_external._write_atomic = write
unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
compileall.compile_dir('.', ddir='/python/site-packages', quiet=2, force=True, workers=1, invalidation_mode=unchecked)
";

/// The built-in Python.
pub(crate) struct Inside(PathBuf);

impl Inside {
    pub(crate) fn new(program: &Path) -> Self {
        Self(program.to_owned())
    }

    /// The values of its environment markers.
    pub(crate) fn markers(&self) -> Outcome<MarkerEnvironment> {
        let output = self.run(MARKERS, Path::new("."))?;
        serde_json::from_slice(&output).map_err(|error| PackFault::NoPython { cause: error.to_string() })
    }

    /// Compiles the modules in `site` to bytecode.
    pub(crate) fn compile(&self, site: &Path) -> Outcome<()> {
        self.run(COMPILE, site).map(drop)
    }

    /// Whether it runs programs with the science pack in the folder `image`.
    pub(crate) fn runs(&self, image: &Path) -> bool {
        let mut python = Command::new(&self.0);
        python.arg("--image").arg(image).args(["--variables", "RUNTRAY_INSIDE_", "-I", "-c", "pass"]);
        python.current_dir(image).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        python.status().is_ok_and(|status| status.success())
    }

    fn run(&self, code: &str, folder: &Path) -> Outcome<Vec<u8>> {
        let broken = |cause: String| PackFault::NoPython { cause };
        let mut python = Command::new(&self.0);
        // Its variables are none of this process's: `PYTHON…` would be taken for the program's own.
        python.args(["--variables", "RUNTRAY_INSIDE_", "-I", "-c", code]).current_dir(folder).stdin(Stdio::null());
        let output = python.output().map_err(|error| broken(format!("{}: {error}", self.0.display())))?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            let last = error.lines().last().unwrap_or("it gives no reason").to_owned();
            return Err(broken(last));
        }
        Ok(output.stdout)
    }
}
