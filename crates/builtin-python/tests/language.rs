//! Programs, modules and tracebacks, as `python` has them.

use crate::harness::{Python, check, code};

#[test]
fn hello() {
    check("print('hi')", "hi\n");
    check("import sys; print(sys.version_info[:2], sys.implementation.name, sys.platform)", "(3, 14) cpython wasi\n");
}

#[test]
fn a_file_is_main() {
    let python =
        Python::new().file("main.py", "if __name__ == '__main__':\n    print(__file__.rpartition('/')[2], __doc__)");
    assert_eq!(python.run(&["main.py"]).stdout, "main.py None\n");
    let elsewhere =
        Python::new().file("deep/main.py", "import beside; print(beside.X)").file("deep/beside.py", "X = 1");
    assert_eq!(elsewhere.run(&["deep/main.py"]).stdout, "1\n");
    assert_eq!(elsewhere.run(&["-I", "deep/main.py"]).status.code(), Some(1));
}

#[test]
fn a_module_is_run_by_its_name() {
    let python = Python::new().file("tool.py", "import sys; print(__name__, sys.argv[1:])").input("{\"a\": [1]}");
    assert_eq!(python.run(&["-m", "tool", "x"]).stdout, "__main__ ['x']\n");
    assert_eq!(python.run(&["-m", "json.tool", "--compact"]).stdout, "{\"a\":[1]}\n");
    let missing = python.run(&["-m", "nothing_here"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.stderr.contains("No module named nothing_here"), "{missing:?}");
}

#[test]
fn a_program_comes_from_standard_input() {
    assert_eq!(Python::new().input("print(1)\nprint(2)\n").run(&[]).stdout, "1\n2\n");
    assert_eq!(Python::new().input("import sys; print(sys.argv)").run(&["-", "x"]).stdout, "['-', 'x']\n");
}

#[test]
fn a_traceback_has_the_program_and_nothing_of_ours() {
    let python = Python::new().file("main.py", "def f():\n    return 1 / 0\n\nf()\n");
    let ended = python.run(&["main.py"]);
    let file = python.inside("main.py");
    let expected = format!(
        "Traceback (most recent call last):\n  File \"{file}\", line 4, in <module>\n    f()\n    ~^^\n  \
         File \"{file}\", line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n"
    );
    assert_eq!((ended.stderr, ended.status.code()), (expected, Some(1)));
}

#[test]
fn a_syntax_error_shows_its_line() {
    let ended = code("x = (1,\n");
    let expected = "  File \"<string>\", line 1\n    x = (1,\n        ^\nSyntaxError: '(' was never closed\n";
    assert_eq!((ended.stderr.as_str(), ended.status.code()), (expected, Some(1)));
}

#[test]
fn sources_have_encodings() {
    let python =
        Python::new().file("latin.py", b"# coding: latin-1\nprint('\xe4')\n").file("bom.py", b"\xef\xbb\xbfprint('b')");
    assert_eq!(python.run(&["latin.py"]).stdout, "ä\n");
    assert_eq!(python.run(&["bom.py"]).stdout, "b\n");
    let bad = Python::new().file("bad.py", b"print('\xff')");
    assert!(bad.run(&["bad.py"]).stderr.contains("SyntaxError"));
    let null = Python::new().file("null.py", b"print(1)\0").run(&["null.py"]);
    assert!(null.stderr.contains("null bytes"), "{null:?}");
}

#[test]
fn classes_of_main_can_be_pickled() {
    let python = Python::new().file(
        "main.py",
        "import pickle, dataclasses\n@dataclasses.dataclass\nclass Point:\n    x: int\n\nprint(pickle.loads(pickle.dumps(Point(1))))\n",
    );
    assert_eq!(python.run(&["main.py"]).stdout, "Point(x=1)\n");
}

#[test]
fn options_are_cpythons() {
    check("assert True; print(__debug__)", "True\n");
    let python = Python::new();
    assert_eq!(python.run(&["-O", "-c", "assert False; print(__debug__)"]).stdout, "False\n");
    let warned = python.run(&["-W", "error", "-c", "import warnings; warnings.warn('w')"]);
    assert!(warned.stderr.ends_with("UserWarning: w\n") && warned.status.code() == Some(1), "{warned:?}");
    assert_eq!(python.run(&["-z"]).status.code(), Some(2));
    assert_eq!(python.run(&["-c"]).status.code(), Some(2));
}

#[test]
fn versions() {
    assert_eq!(Python::new().run(&["--version"]).stdout, "Python 3.14.0\n");
    let verbose = Python::new().run(&["--version", "--verbose"]).stdout;
    for part in
        ["CPython 3.14.0: PSF-2.0", "SQLite 3.", "wasmtime 48.0.8: Apache-2.0 WITH LLVM-exception", "component sha256 "]
    {
        assert!(verbose.contains(part), "{part} is not in {verbose}");
    }
}

#[test]
fn a_missing_file_is_said_as_cpython_says_it() {
    let ended = Python::new().run(&["nothing.py"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stderr.contains("can't open file '") && ended.stderr.contains("[Errno 2]"), "{ended:?}");
    assert_eq!(Python::new().run(&["."]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_program_comes_through_a_pipe_in_the_place_of_its_file() {
    use std::process::Stdio;
    let python = Python::new();
    let pipe = python.folder.path().join("main.py");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe can be made");
    let mut command = python.command(&["main.py", "x"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    std::fs::write(&pipe, "import sys\nprint(sys.argv)\nraise ValueError('here')\n").expect("somebody reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "['main.py', 'x']\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("    raise ValueError('here')\nValueError: here\n"), "{stderr}");
}
