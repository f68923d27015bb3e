//! The commands that a program can start: its own interpreter and that interpreter's tools, under their usual names.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::python::base;
use crate::harness::{Home, Service, TempDir, runtray, skip};

/// A Python program that prints, as JSON, the commands and variables it finds.
const PYTHON: &str = r#"
import json, os, shutil, subprocess, sys
IDENTITY = "import os, sys; print(os.path.realpath(sys.executable), sys.prefix)"
def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip()
print(json.dumps({
    "own": f"{os.path.realpath(sys.executable)} {sys.prefix}",
    "python": run("python", "-c", IDENTITY),
    "python3": run("python3", "-c", IDENTITY),
    "shell": run("sh", "-c", f"python -c '{IDENTITY}'"),
    "found": run(shutil.which("python"), "-c", IDENTITY),
    "pip": run("pip", "--version"),
    "pip3": run("pip3", "--version"),
    "module": run(sys.executable, "-m", "pip", "--version"),
    "environment": os.environ.get("VIRTUAL_ENV"),
    "prefix": sys.prefix,
    "first": os.environ["PATH"].split(os.pathsep)[0],
}))
"#;

/// The same for Node.js.
const NODE: &str = r#"
const { execFileSync } = require('child_process');
const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8' }).trim();
console.log(JSON.stringify({
  own: process.execPath,
  node: run('node', '-p', 'process.execPath'),
  shell: run('sh', '-c', 'node -p process.execPath'),
}));
"#;

/// A `PATH` on which each command is a script that prints `decoy`, not one of the user's interpreters.
fn decoys(folder: &Path) -> String {
    let decoys = folder.join("decoys");
    fs::create_dir(&decoys).expect("a folder");
    for name in ["python", "python3", "pip", "pip3", "node", "npm"] {
        fs::write(decoys.join(name), "#!/bin/sh\necho decoy\n").expect("a program");
        fs::set_permissions(decoys.join(name), fs::Permissions::from_mode(0o755)).expect("it may be run");
    }
    format!("{}:/usr/local/bin:/usr/bin:/bin", decoys.display())
}

/// The JSON that a program prints with the interpreter of `settings`. It must be the same with and without prestarting.
fn around(folder: &Path, settings: &str, language: &str, code: &str) -> Value {
    // An interpreter behind a link in a folder that programs may write to would be refused.
    let grant =
        if cfg!(target_os = "linux") { format!("[sandbox]\nread = ['{}']\n", folder.display()) } else { String::new() };
    let home = Home::new(&format!("{settings}\n[warm]\n{language} = 1\n{grant}"));
    let mut command = runtray(&home);
    command.args(["serve", "--port", "0"]).env("PATH", decoys(folder)).env_remove("VIRTUAL_ENV");
    let service = Service::start_by(command, &home);
    let request = json!({"language": language, "code": code, "timeout_ms": 60_000});
    let told = |answer: &Value| -> Value {
        serde_json::from_str(answer["output"].as_str().expect("text"))
            .unwrap_or_else(|error| panic!("{error}: {answer}"))
    };
    let mut with_argument = request.clone();
    with_argument["args"] = json!(["cold"]);
    let cold = told(&service.execute(&with_argument));
    service.until_waiting(language, 1);
    let mut warm = told(&service.execute_warm(language, &request));
    // `first` may be a command in the run's own folder, whose path differs between the two runs.
    let inside = |told: &Value| {
        told["first"].as_str().is_some_and(|path| ["/runs/", "/var/tmp/."].iter().any(|own| path.contains(own)))
    };
    if inside(&warm) && inside(&cold) {
        warm["first"] = cold["first"].clone();
    }
    assert_eq!(warm, cold, "in an interpreter that waited as in one of its own");
    fs::remove_dir_all(folder.join("decoys")).expect("the decoys");
    cold
}

fn check_python(folder: &Path, python: &Path) -> Value {
    let found = around(folder, &format!("[python]\npath = '{}'", python.display()), "python", PYTHON);
    for command in ["python", "python3", "shell", "found"] {
        assert_eq!(found[command], found["own"], "{command}: {found}");
    }
    for command in ["pip", "pip3"] {
        assert_eq!(found[command], found["module"], "{command}: {found}");
    }
    found
}

#[test]
fn python_and_pip_are_those_of_the_chosen_interpreter() {
    let folder = TempDir::new().expect("a folder");
    let base = base();
    let found = check_python(folder.path(), &base);
    assert_eq!(found["environment"], Value::Null, "{found}");
}

#[test]
fn a_virtual_environment_behaves_as_if_activated() {
    let folder = TempDir::new().expect("a folder");
    let venv = folder.path().join("venv");
    let made = Command::new(base()).args(["-m", "venv", "--without-pip"]).arg(&venv).status().expect("a Python");
    assert!(made.success(), "a virtual environment");
    let found = check_python(folder.path(), &venv.join("bin/python"));
    let path = venv.display().to_string();
    assert_eq!((&found["environment"], &found["prefix"]), (&json!(path), &json!(path)), "{found}");
    assert_eq!(found["first"], format!("{path}/bin"), "{found}");
}

#[test]
fn a_python_with_another_name_has_the_usual_names() {
    let folder = TempDir::new().expect("a folder");
    let link = folder.path().join("my own py'thon");
    symlink(base(), &link).expect("a link");
    let wrapper = folder.path().join("wrapper");
    fs::write(&wrapper, format!("#!/bin/sh\nexec '{}' \"$@\"\n", base().display())).expect("a wrapper");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("it may be run");
    for python in [link, wrapper] {
        // A path in TOML's single quotes must not contain one.
        let named = folder.path().join("chosen");
        symlink(&python, &named).expect("a link");
        check_python(folder.path(), &named);
        fs::remove_file(named).expect("a link");
    }
}

#[test]
fn the_python_of_the_system_is_found_and_hides_no_command() {
    let system = Path::new("/usr/bin/python3");
    if !system.exists() {
        skip(format_args!("there is no {}", system.display()));
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let found = check_python(folder.path(), system);
    assert_ne!(found["first"], "/usr/bin", "what the user put before it stays there: {found}");
}

#[test]
fn node_is_the_chosen_interpreter() {
    let Some(node) = Service::start().get("/languages").json().as_array().and_then(|languages| {
        let node = languages.iter().find(|language| language["language"] == "javascript")?;
        Some(node["path"].as_str()?.to_owned())
    }) else {
        skip("there is no Node.js");
        return;
    };
    let folder = TempDir::new().expect("a folder");
    let found = around(folder.path(), &format!("[node]\npath = '{node}'"), "javascript", NODE);
    assert_eq!((&found["node"], &found["shell"]), (&found["own"], &found["own"]), "{found}");
}

#[test]
fn a_path_variable_of_the_request_is_left_unchanged() {
    let service = Service::start();
    let code = "import os\nprint(os.environ['PATH'])";
    let answer = service.execute(&json!({"code": code, "env": {"PATH": "/nowhere:/bin"}}));
    assert_eq!(answer["output"], "/nowhere:/bin\n");
}
