use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{environment, write};
use crate::sys::skip::skip;

/// Stands in for the module of Windows: tells the names that arrive.
const WINAPI: &str = "
def CreateNamedPipe(name, *arguments): return name, arguments
def CreateFile(name, *arguments): return name
def WaitNamedPipe(name, *arguments): return name
";

const PROGRAM: &str = r#"
import os, subprocess, sys, tempfile, _winapi
os.umask(0)
print(oct(os.stat(tempfile.mkdtemp(dir=".")).st_mode & 0o777))
os.mkdir("a", 0o750); os.makedirs("b/c")
print(oct(os.stat("a").st_mode & 0o777), os.path.isdir("b/c"))
print(_winapi.CreateNamedPipe("\\\\.\\pipe\\pyc-1", 2, 3), _winapi.CreateFile("\\\\.\\PIPE\\x"))
print(_winapi.WaitNamedPipe("\\\\.\\pipe\\local\\x", 1), _winapi.CreateFile("C:\\file"), _winapi.CreateFile(7))
print(os.environ["TEMP"] == os.environ["TMP"], os.environ["LOCALAPPDATA"].startswith(os.environ["TEMP"]))
print("RUNTRAY_TEMPORARY" in os.environ, any(path.endswith("start") for path in sys.path), os.environ["MINE"])
if len(sys.argv) == 1:
    print(subprocess.run([sys.executable, __file__, "child"], cwd="b", capture_output=True, text=True).stdout)
"#;

const EXPECTED: &str = r"0o777
0o750 True
('\\\\.\\pipe\\LOCAL\\pyc-1', (2, 3)) \\.\pipe\LOCAL\x
\\.\pipe\local\x C:\file 7
True True
False False set
";

fn variables(list: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    list.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

#[test]
fn a_program_and_its_children_find_what_an_app_container_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (start, theirs) = (write(folder.path()).expect("a start-up file"), folder.path().join("theirs"));
    fs::create_dir(&theirs).expect("a folder");
    fs::write(theirs.join("_winapi.py"), WINAPI).expect("a module");
    fs::write(theirs.join("sitecustomize.py"), "import os; os.environ['MINE'] = 'set'").expect("a module");
    fs::write(folder.path().join("main.py"), PROGRAM).expect("a program");
    let given = variables(&[("PATH", "/usr/bin:/bin"), ("PYTHONPATH", theirs.to_str().expect("a path"))]);
    let env = environment(given, &start, &folder.path().join("tmp"));
    let mut python = Command::new("python3");
    let ran = python.arg("main.py").current_dir(folder.path()).env_clear().envs(env).output();
    let Ok(ran) = ran else {
        skip("there is no python3 here");
        return;
    };
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), format!("{EXPECTED}{EXPECTED}\n"));
}

#[test]
fn a_python_without_its_own_start_up_file_starts_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = write(folder.path()).expect("a start-up file");
    let env = environment(variables(&[("PATH", "/usr/bin:/bin")]), &start, folder.path());
    let ran = Command::new("python3").args(["-c", "print('hi')"]).env_clear().envs(env).output();
    let Ok(ran) = ran else {
        skip("there is no python3 here");
        return;
    };
    assert_eq!((ran.stdout.as_slice(), ran.stderr.as_slice()), (&b"hi\n"[..], &b""[..]));
}

#[test]
fn no_variable_is_there_twice_and_no_bytecode_is_written() {
    let given = variables(&[("PythonPath", "/theirs"), ("pythondontwritebytecode", ""), ("A", "b")]);
    let env = environment(given, Path::new("/run/start"), Path::new("/run/tmp"));
    let expected = variables(&[
        ("A", "b"),
        ("PYTHONPATH", "/run/start:/theirs"),
        ("RUNTRAY_TEMPORARY", "/run/tmp"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]);
    assert_eq!(env, expected);
}
