//! Packages that are installed, removed and changed while interpreters wait: the very next program sees the change.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::harness::python::base;
use crate::harness::{Home, Service, runtray};

/// The number of waiting interpreters, and of programs that must see a change.
const WAITING: u64 = 2;

/// A service with a Python and a user's home that a test may install packages into.
struct Installed {
    service: Service,
    folder: TempDir,
}

impl Installed {
    /// Starts a service with the Python at `python`, which may be outside `folder`.
    fn start(folder: TempDir, python: &Path) -> Self {
        // Projects that are installed in place are outside of the interpreter, so programs may read all of the folder.
        let settings = format!(
            "[python]\npath = '{}'\n[warm]\npython = {WAITING}\n[sandbox]\nread = ['{}']\n",
            python.display(),
            folder.path().display()
        );
        let home = Home::new(&settings);
        let mut command = runtray(&home);
        command.args(["serve", "--port", "0"]).env("HOME", folder.path());
        Self { service: Service::start_by(command, &home), folder }
    }

    /// A virtual environment without packages.
    fn environment() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("venv");
        let made = Command::new(base()).args(["-m", "venv", "--without-pip"]).arg(&path).status().expect("a Python");
        assert!(made.success(), "a virtual environment");
        Self::start(folder, &path.join("bin/python"))
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file below the folder, and makes the folders above it.
    fn write(&self, below: &str, text: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
        fs::write(&path, text).expect("a file");
        path
    }

    /// Writes a file in site-packages.
    fn write_package(&self, name: &str, text: &str) -> PathBuf {
        self.write(&format!("{}/{name}", self.packages().display()), text)
    }

    /// The path of site-packages.
    fn packages(&self) -> PathBuf {
        let library =
            fs::read_dir(self.path("venv/lib")).expect("a library").next().expect("a version").expect("an entry");
        library.path().join("site-packages")
    }

    /// Makes a change while interpreters wait, and checks that every program after it prints `expected`, including the first one.
    fn check(&self, what: &str, code: &str, expected: &str, change: impl FnOnce()) {
        self.service.until_waiting("python", WAITING);
        change();
        for number in 0..=WAITING {
            let answer = self.service.execute(&json!({"code": code, "timeout_ms": 30_000}));
            assert_eq!(answer["output"], format!("{expected}\n"), "{what}, program {number}: {answer}");
        }
    }
}

/// A program that prints the contents of a module, or that there is none.
fn what(module: &str) -> String {
    format!("try:\n    import {module}\n    print({module}.WHAT)\nexcept ImportError:\n    print('none')")
}

#[test]
fn an_installed_linked_or_removed_package_is_noticed_at_once() {
    let here = Installed::environment();
    let code = what("tool");
    here.check("nothing is installed", &code, "none", || ());
    let source = here.write("project/src/tool.py", "WHAT = 'linked'").parent().expect("a folder").to_owned();
    let link = here.packages().join("__editable__.tool.pth");
    here.check("pip install -e", &code, "linked", || fs::write(&link, source.display().to_string()).expect("a link"));
    let moved = here.write("moved/tool.py", "WHAT = 'moved'").parent().expect("a folder").to_owned();
    here.check("its link is written anew", &code, "moved", || {
        fs::write(&link, moved.display().to_string()).expect("a link");
    });
    here.check("pip uninstall", &code, "none", || fs::remove_file(&link).expect("a link"));
    here.check("pip install", &code, "installed", || {
        drop(here.write_package("tool/__init__.py", "WHAT = 'installed'"))
    });
    here.check("pip install --upgrade", &code, "newer", || {
        fs::remove_dir_all(here.packages().join("tool")).expect("the old package");
        here.write_package("tool/__init__.py", "WHAT = 'newer'");
    });
}

#[test]
fn the_target_of_a_link_may_appear_later() {
    let here = Installed::environment();
    here.write_package("later.pth", "../../../../later\n/nowhere/at/all");
    here.check("a link to nothing", &what("late"), "none", || ());
    here.check("its folder comes", &what("late"), "here", || drop(here.write("later/late.py", "WHAT = 'here'")));
    let archive = here.path("pack.zip");
    here.check("a link to an archive that comes", &what("packed"), "here", || {
        here.write_package("archive.pth", &archive.display().to_string());
        let code = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('packed.py', \"WHAT = 'here'\")";
        let made = Command::new(base()).args(["-c", code]).arg(&archive).status().expect("a Python");
        assert!(made.success(), "an archive");
    });
}

#[test]
fn modules_that_are_imported_at_the_start_may_change() {
    let here = Installed::environment();
    let code = "import builtins\nprint(getattr(builtins, 'told', 'none'))";
    here.write_package("zz_hook.pth", "import zz_hook\n");
    here.check("a hook that is broken", "print(1)", "1", || drop(here.write_package("zz_hook.py", "")));
    here.check("a hook that is written anew", code, "hook", || {
        here.write_package("zz_hook.py", "import builtins, zz_part\nbuiltins.told = zz_part.TOLD");
        here.write_package("zz_part.py", "TOLD = 'hook'");
    });
    // Change the size: Python ignores a change within the same second if the size stays the same.
    here.check("what the hook imports", code, "its part", || {
        here.write_package("zz_part.py", "TOLD = 'its part'");
    });
    here.check("sitecustomize", "import builtins\nprint(builtins.site)", "site", || {
        here.write_package("sitecustomize.py", "import builtins\nbuiltins.site = 'site'");
    });
    let elsewhere = here.write("elsewhere.py", "import builtins\nbuiltins.site = 'a link'");
    here.check("sitecustomize as a link", "import builtins\nprint(builtins.site)", "a link", || {
        fs::remove_file(here.packages().join("sitecustomize.py")).expect("the old one");
        symlink(&elsewhere, here.packages().join("sitecustomize.py")).expect("a link");
    });
    here.check("what the link leads to", "import builtins\nprint(builtins.site)", "a new one", || {
        fs::write(&elsewhere, "import builtins\nbuiltins.site = 'a new one'").expect("a file");
    });
}

#[test]
fn a_virtual_environment_may_gain_access_to_system_packages() {
    let here = Installed::environment();
    let code = "import site, sys\nprint(any(path in sys.path for path in [site.getusersitepackages()]), sys.prefix)";
    let user = user_site(&here.folder);
    fs::create_dir_all(user).expect("a user site");
    let settings = here.path("venv/pyvenv.cfg");
    let text = fs::read_to_string(&settings).expect("settings");
    let prefix = here.path("venv").display().to_string();
    here.check("as made", code, &format!("False {prefix}"), || ());
    here.check("with the system's", code, &format!("True {prefix}"), || {
        fs::write(&settings, text.replace("packages = false", "packages = true")).expect("settings");
    });
}

#[test]
fn the_first_package_in_the_user_s_home_is_found_at_once() {
    let folder = TempDir::new().expect("a folder");
    let user = user_site(&folder);
    assert!(!user.exists(), "no user site yet");
    let here = Installed::start(folder, &base());
    here.check("nothing is installed", &what("mine"), "none", || ());
    here.check("pip install --user", &what("mine"), "mine", || {
        fs::create_dir_all(&user).expect("a user site");
        fs::write(user.join("mine.py"), "WHAT = 'mine'").expect("a module");
    });
    here.check("another one", &what("other"), "other", || {
        let source = here.write("other/other.py", "WHAT = 'other'");
        fs::write(user.join("other.pth"), source.parent().expect("a folder").display().to_string()).expect("a link");
    });
}

/// The path of site-packages in the user's home `home`.
fn user_site(home: &TempDir) -> PathBuf {
    let told = Command::new(base())
        .args(["-c", "import site; print(site.getusersitepackages())"])
        .env("HOME", home.path())
        .output()
        .expect("a Python");
    PathBuf::from(String::from_utf8(told.stdout).expect("a path in UTF-8").trim_end())
}
