//! State that the snapshot must not give to every run alike.

use crate::harness::{Python, check, prints};

/// Two runs of `code` print different things.
fn differs(code: &str) {
    assert_ne!(prints(code), prints(code), "{code}");
}

#[test]
fn randomness() {
    differs("import random; print(random.random())");
    differs("import random; print(random.Random().random())");
    differs("import uuid; print(uuid.uuid4())");
    differs("import uuid; print(uuid.uuid1())");
    differs("import secrets; print(secrets.token_hex())");
    differs("import os; print(os.urandom(8))");
    differs("import tempfile; print(tempfile.mktemp())");
}

#[test]
fn time() {
    check("import time; print(time.time() > 1.7e9, abs(time.time() - time.time_ns() / 1e9) < 1)", "True True\n");
    check("import logging; print(logging.makeLogRecord({}).relativeCreated < 60_000)", "True\n");
    check("import time; a = time.perf_counter(); time.sleep(0.02); print(time.perf_counter() - a >= 0.02)", "True\n");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970").as_secs();
    let inside: u64 = prints("import time; print(int(time.time()))").trim().parse().expect("a number");
    assert!(inside.abs_diff(now) < 60, "{inside} is not {now}");
}

#[test]
fn the_environment_is_the_given_one_and_nothing_else() {
    let python = Python::new().variable("GREETING", "hej").variable("EMPTY", "");
    let ended = python.run(&["-c", "import os; print(sorted(os.environ.items()))"]);
    assert_eq!(ended.stdout, "[('EMPTY', ''), ('GREETING', 'hej')]\n");
}

#[test]
fn the_environment_can_be_what_begins_with_a_prefix() {
    let python = Python::new()
        .variable("OUTSIDE", "1")
        .variable("IN_A", "1")
        .variable("IN_LD_PRELOAD", "/x")
        .variable("IN_C", "");
    let ended = python.run(&["--variables", "IN_", "-c", "import os; print(sorted(os.environ.items()))"]);
    assert_eq!(ended.stdout, "[('A', '1'), ('C', ''), ('LD_PRELOAD', '/x')]\n");
}

#[test]
fn a_folder_for_temporary_files_is_named_outside_the_program_s_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    let temporary = folder.path().display().to_string();
    let code = "import tempfile, os; f = tempfile.NamedTemporaryFile(delete=False); print(os.listdir('.'), tempfile.gettempdir())";
    let python = Python::new().variable("RUNTRAY_TEMPORARY", &temporary).variable("IN_TMPDIR", &temporary);
    let ended = python.run(&["--variables", "IN_", "-c", code]);
    assert_eq!(ended.stdout, format!("[] {temporary}\n"), "{ended:?}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a list").count(), 1);
    // What a program's own variables say opens nothing.
    let python = Python::new().variable("IN_RUNTRAY_TEMPORARY", &temporary).variable("IN_TMPDIR", &temporary);
    let ended = python.run(&["--variables", "IN_", "-c", &format!("import os; os.listdir({temporary:?})")]);
    assert!(ended.stderr.contains("Error"), "{ended:?}");
}

#[test]
fn main_is_empty() {
    check(
        "print(sorted(globals()))",
        "['__builtins__', '__doc__', '__loader__', '__name__', '__package__', '__spec__']\n",
    );
    let python = Python::new().file("main.py", "print(sorted(globals()))");
    let names =
        "['__builtins__', '__cached__', '__doc__', '__file__', '__loader__', '__name__', '__package__', '__spec__']\n";
    assert_eq!(python.run(&["main.py"]).stdout, names);
}

#[test]
fn arguments() {
    let python = Python::new().file("main.py", "import sys; print(sys.argv)");
    assert_eq!(python.run(&["main.py", "a b", "", "-c", "ä"]).stdout, "['main.py', 'a b', '', '-c', 'ä']\n");
    assert_eq!(python.run(&["-c", "import sys; print(sys.argv)", "x"]).stdout, "['-c', 'x']\n");
}

#[test]
fn caches() {
    check("import linecache; print([name for name in linecache.cache if name[0] != '<'])", "[]\n");
    check("import warnings; print(hasattr(__import__('__main__'), '__warningregistry__'))", "False\n");
    check("import sys; print(sys.path[0] == '', sys.path[1:])", "True ['/python', '/python/site-packages']\n");
}

#[test]
fn encodings_and_locale() {
    check("import sys; print(sys.getfilesystemencoding(), sys.stdout.encoding)", "utf-8 utf-8\n");
    check("import locale; print(locale.getpreferredencoding())", "UTF-8\n");
    check(
        "print('ä'.encode('cp1252'), 'bücher'.encode('idna'), 'x'.encode('cp437'), 'é'.encode('utf-7'))",
        "b'\\xe4' b'xn--bcher-kva' b'x' b'+AOk-'\n",
    );
}
