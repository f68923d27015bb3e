//! Interpreters and modules that a program put where it may write: Runtray starts none of them with the user's rights.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{MODES, is_rooted};
use crate::harness::python::base;
use crate::harness::{Home, Service, TempDir, runtray};

/// Puts a program wherever an interpreter is searched. Each leaves a mark when it is started.
const PLANT: &str = r"
import os
os.chdir(BASE)
def plant(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o755), 'w') as file:
        file.write('#!/bin/sh\necho started >> ' + MARK + '\n')
for path in '.venv/bin/python', 'env/bin/python', 'bin/python3', 'bin/python3.13', 'bin/node', 'bin/tool', 'missing/bin/python':
    plant(path)
open('.venv/pyvenv.cfg', 'w').write('home = /usr/bin\n')
print('planted')
";

/// A folder that programs may write to, and one that they may not.
struct Place {
    folder: TempDir,
    safe: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: TempDir::new().expect("a folder"), safe: TempDir::new().expect("a folder") };
        fs::create_dir(place.folder.path().join("proj")).expect("a folder");
        place
    }

    fn proj(&self) -> PathBuf {
        self.folder.path().join("proj")
    }

    /// The file that exists once something planted was started outside the sandbox.
    fn mark(&self) -> PathBuf {
        self.safe.path().join("started")
    }

    fn settings(&self, more: &str) -> String {
        format!("isolation = \"sandbox\"\n{more}\n[sandbox]\nwrite = ['{}']\n", self.proj().display())
    }

    /// Makes `command` start in the folder, with its `bin` on PATH and one of its environments in conda's list.
    fn enter<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let conda = self.safe.path().join(".conda");
        fs::create_dir_all(&conda).expect("a folder");
        fs::write(conda.join("environments.txt"), format!("{}\n", self.proj().join("env").display())).expect("a list");
        let path = format!("{}:{}", self.proj().join("bin").display(), std::env::var("PATH").expect("a PATH"));
        command.current_dir(self.proj()).env("PATH", path).env("HOME", self.safe.path()).env_remove("VIRTUAL_ENV")
    }

    fn service(&self, settings: &str, mode: &str) -> Service {
        let home = Home::new(settings);
        let mut command = runtray(&home);
        command.args(["serve", "--port", "0"]).env("RUNTRAY_CONTAINMENT", mode);
        self.enter(&mut command);
        Service::start_by(command, &home)
    }

    /// The output of `runtray pythons` in the folder.
    fn pythons(&self, settings: &str) -> Value {
        let home = Home::new(settings);
        let output = self.enter(runtray(&home).args(["pythons", "--json"])).output().expect("runtray runs");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

fn rows<'a>(listed: &'a Value, which: &str, folder: &Path) -> Vec<&'a Value> {
    let is_there = |row: &&Value| row["path"].as_str().is_some_and(|path| Path::new(path).starts_with(folder));
    listed[which].as_array().expect("a list").iter().filter(is_there).collect()
}

#[test]
fn an_interpreter_that_a_program_put_somewhere_is_never_started() {
    for mode in MODES {
        let place = Place::new();
        let settings = place.settings("[[language]]\nname = \"tool\"\ncommand = [\"tool\"]\nextension = \"tool\"\n");
        let service = place.service(&settings, mode);
        let code = PLANT
            .replace("BASE", &format!("{:?}", place.proj().display().to_string()))
            .replace("MARK", &format!("{:?}", place.mark().display().to_string()));
        let answer = service.execute(&json!({"code": code}));
        assert_eq!(answer["output"], "planted\n", "{mode}: {answer}");
        // This service searches again when its settings change, and another one when it starts.
        service.home().save_settings(&format!("{settings}\n[journal]\nenabled = false\n"));
        let listed = place.pythons(&settings);
        let second = place.service(&settings, mode);
        for language in ["python", "javascript", "tool"] {
            let request = json!({"code": "print('ran')", "language": language});
            let reply = second.post("/execute", &request);
            assert!(language != "python" || reply.json()["output"] == "ran\n", "{mode}: {}", reply.body);
            assert!(language != "tool" || reply.body.contains("to which programs may write"), "{mode}: {}", reply.body);
        }
        assert!(!place.mark().exists(), "{mode}: a planted interpreter was started");
        assert_eq!(rows(&listed, "found", &place.proj()).len(), 0, "{mode}: {listed}");
        let rejected = rows(&listed, "rejected", &place.proj());
        assert!(rejected.len() >= 4, "{mode}: {listed}");
        for row in rejected {
            let reason = row["reason"].as_str().expect("a reason");
            assert!(reason.contains("programs may write to") && reason.contains("`[sandbox] write`"), "{reason}");
        }
    }
}

#[test]
fn the_same_places_are_searched_where_programs_may_not_write() {
    let place = Place::new();
    for name in [".venv", "env"] {
        make_venv(&place.proj().join(name));
    }
    let listed = place.pythons("isolation = \"sandbox\"\n[sandbox]\n");
    assert_eq!(rows(&listed, "found", &place.proj()).len(), 2, "{listed}");
    // A Python there that the user chose is still used.
    let chosen = place.proj().join("env/bin/python");
    let settings = place.settings(&format!("[python]\npath = '{}'\n", chosen.display()));
    let listed = place.pythons(&settings);
    let found = rows(&listed, "found", &place.proj());
    assert_eq!((found.len(), &found[0]["in_use"]), (1, &json!(true)), "{listed}");
}

#[test]
fn no_program_makes_the_interpreter_that_a_person_chose() {
    for mode in MODES {
        let place = Place::new();
        let chosen = place.proj().join("missing/bin/python");
        let settings = place.settings(&format!("[python]\npath = '{}'\n", chosen.display()));
        let language =
            format!("[[language]]\nname = \"other\"\ncommand = ['{}']\nextension = \"py\"\n", base().display());
        let service = place.service(&format!("{settings}{language}"), mode);
        let refused = service.post("/execute", &json!({"code": "print(1)", "language": "other"}));
        assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")), "{mode}");
        assert!(refused.body.contains("proj/missing"), "{mode}: {}", refused.body);
    }
}

/// A virtual environment at `path`, and the folder of its packages.
fn make_venv(path: &Path) -> PathBuf {
    let made = Command::new(base()).args(["-m", "venv", "--without-pip"]).arg(path).status();
    assert!(made.expect("a Python").success());
    let version = fs::read_dir(path.join("lib")).expect("a folder").flatten().next().expect("a version").path();
    version.join("site-packages")
}

/// A project that was installed in place is on the search path of its Python, also while that is only probed.
#[test]
fn nothing_is_imported_from_there_to_find_out_about_an_interpreter() {
    let place = Place::new();
    let venv = place.safe.path().join("venv");
    let packages = make_venv(&venv);
    let source = place.proj().join("src");
    fs::create_dir(&source).expect("a folder");
    fs::write(packages.join("proj.pth"), format!("{}\nimport hook\n", source.display())).expect("a link");
    for name in ["sitecustomize", "hook"] {
        let code = format!("open({:?}, 'a').write('started')", place.mark().display().to_string());
        fs::write(source.join(format!("{name}.py")), code).expect("a module");
    }
    let python = venv.join("bin/python");
    for chosen in [false, true] {
        let more = if chosen { format!("[python]\npath = '{}'\n", python.display()) } else { String::new() };
        let settings = format!("{}[warm]\npython = 1\n", place.settings(&more));
        let home = Home::new(&settings);
        let mut command = runtray(&home);
        place.enter(&mut command).env("VIRTUAL_ENV", &venv).args(["serve", "--port", "0"]);
        let service = Service::start_by(command, &home);
        let answer = service.execute(&json!({"code": "import sys; print(sys.prefix)"}));
        assert_eq!(answer["output"], format!("{}\n", venv.display()), "{answer}");
        service.until_waiting("python", 1);
        assert!(!place.mark().exists(), "chosen: {chosen}");
    }
    // Outside Runtray the planted code runs.
    assert!(Command::new(&python).arg("-c").arg("").status().expect("a Python").success());
    assert!(place.mark().exists(), "the twin");
}

/// The list of read-only paths follows the interpreter.
#[test]
fn a_folder_that_an_interpreter_imports_from_later_is_kept_too() {
    for mode in MODES {
        let place = Place::new();
        let venv = place.safe.path().join("venv");
        let packages = make_venv(&venv);
        let later = place.proj().join("later");
        fs::create_dir(&later).expect("a folder");
        let settings = place.settings(&format!("[python]\npath = '{}'\n", venv.join("bin/python").display()));
        let service = place.service(&settings, mode);
        let code = format!(
            "import os\nfor name in 'later/sitecustomize.py', 'beside':\n    try:\n        \
             open(os.path.join({:?}, name), 'w')\n        print(name)\n    except OSError:\n        pass\n",
            place.proj().display().to_string()
        );
        let request = json!({"code": code, "timeout_ms": 60_000});
        assert_eq!(service.execute(&request)["output"], "later/sitecustomize.py\nbeside\n", "{mode}");
        fs::remove_file(later.join("sitecustomize.py")).expect("a file");
        fs::write(packages.join("later.pth"), format!("{}\n", later.display())).expect("a link");
        if is_rooted(&service) {
            assert_eq!(service.execute(&request)["output"], "beside\n", "{mode}");
        } else {
            let refused = service.post("/execute", &request);
            assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
        }
        assert!(!later.join("sitecustomize.py").exists(), "{mode}");
    }
}
