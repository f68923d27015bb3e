//! State that the snapshot must not give to every run alike.

use std::env;
use std::process::Command;

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
fn hashes_of_texts_and_the_order_of_sets() {
    differs("print(hash('a text of mine'), hash(b'bytes of mine'))");
    differs("print({f'mine {n}' for n in range(100)})");
    differs("import datetime; print(hash(datetime.datetime(2001, 2, 3)))");
    // Texts of the snapshot are found in its dictionaries, however the program made them.
    check(
        "import sys, json, string\nprint(''.join(['js', 'on']) in sys.modules, getattr(json, 'du' + 'mps') is json.dumps)\n\
         made = {f'k{n}': n for n in range(9999)}\nprint(all(made['k' + str(n)] == n for n in range(9999)))\n\
         print(all(hash(name) == hash(''.join(list(name))) and name in set(dir(string)) for name in dir(string)))",
        "True True\nTrue\nTrue\n",
    );
}

#[test]
fn a_seed_chooses_the_hashes() {
    let code =
        "import sys; print(hash('a text of mine'), {f'mine {n}' for n in range(9)}, sys.flags.hash_randomization)";
    let seeded = |seed: &str| Python::new().variable("PYTHONHASHSEED", seed).run(&["-c", code]);
    let mut seen = std::collections::HashSet::new();
    for seed in ["0", "1", "7", "4294967295"] {
        let (first, second) = (seeded(seed), seeded(seed));
        assert_eq!((first.status.code(), &first.stdout), (Some(0), &second.stdout), "{seed}: {first:?}");
        assert_eq!(first.stdout.trim_end().ends_with(" 0"), seed == "0", "{seed}: {first:?}");
        assert!(seen.insert(first.stdout), "{seed} is as another");
    }
    for seed in ["random", ""] {
        assert!(seen.insert(seeded(seed).stdout) && seen.insert(seeded(seed).stdout), "{seed} chooses");
    }
    for seed in ["-1", "4294967296", "x", "1.5"] {
        let ended = seeded(seed);
        let words = "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]";
        assert!(ended.status.code() == Some(1) && ended.stderr.contains(words), "{seed}: {ended:?}");
    }
}

#[test]
fn options_that_variables_choose() {
    let python = Python::new().variable("PYTHONWARNINGS", "error").variable("PYTHONDONTWRITEBYTECODE", "1");
    let ended = python.run(&[
        "-c",
        "import sys, warnings; print(sys.flags.dont_write_bytecode, sys.warnoptions); warnings.warn('x')",
    ]);
    assert_eq!(ended.stdout, "1 ['error']\n", "{ended:?}");
    assert!(ended.stderr.ends_with("UserWarning: x\n") && ended.status.code() == Some(1), "{ended:?}");
    let ended =
        Python::new().run(&["-O", "-c", "import sys; print(sys.flags.optimize, type(sys.flags).__name__, sys.flags)"]);
    assert!(ended.stdout.starts_with("1 flags sys.flags(debug=0, inspect=0, interactive=0, optimize=1, "), "{ended:?}");
}

#[test]
fn nothing_of_the_start_is_below_the_program() {
    check("import inspect; print([frame.function for frame in inspect.stack()])", "['<module>']\n");
    check("import sys; print(sys._getframe().f_back, sys.getrecursionlimit())", "None 1000\n");
    let code = "deepest = 0\ndef down(n):\n    global deepest\n    deepest = n\n    down(n + 1)\ntry: down(1)\nexcept RecursionError: print(deepest)";
    check(code, "999\n");
    let code = code.replace("try:", "import sys; sys.setrecursionlimit(300)\ntry:");
    check(&code, "299\n");
    let python = Python::new().file("module.py", "import traceback; traceback.print_stack()");
    let ended = python.run(&["-c", "import module"]);
    assert!(ended.stderr.starts_with("  File \"<string>\", line 1, in <module>\n"), "{ended:?}");
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
    let ended = python.run(&["-c", "import os\nfor pair in os.environ.items(): print(*pair, sep='=')"]);
    // A system may add variables: Wine does. So another program prints the variables that a program gets.
    let given = given_to_programs(&[("GREETING", "hej"), ("EMPTY", "")]);
    let mut seen: Vec<_> = ended.stdout.lines().collect();
    seen.sort_unstable();
    assert_eq!(seen, given, "{ended:?}");
    assert!(cfg!(windows) || given == ["EMPTY=", "GREETING=hej"], "{given:?}");
}

/// The prefix of each variable that [`tells_its_variables`] prints.
const TOLD: &str = "variable: ";

/// The variables of a program that is started with these alone, sorted.
fn given_to_programs(variables: &[(&str, &str)]) -> Vec<String> {
    let mut itself = Command::new(env::current_exe().expect("this program has a name"));
    itself.args(["--exact", "fresh::tells_its_variables", "--ignored", "--nocapture"]);
    let output = itself.env_clear().envs(variables.iter().copied()).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    let mut told: Vec<_> = text.lines().filter_map(|line| Some(line.strip_prefix(TOLD)?.to_owned())).collect();
    told.sort();
    told
}

#[test]
#[ignore = "another test starts it as a program"]
fn tells_its_variables() {
    for (name, value) in env::vars() {
        println!("\n{TOLD}{name}={value}");
    }
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
    let inside = if cfg!(windows) { "/tmp" } else { temporary.as_str() };
    assert_eq!(ended.stdout, format!("[] {inside}\n"), "{ended:?}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a list").count(), 1);
    // A program's own variables open no folder.
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
    check("import locale; print(locale.getpreferredencoding())", "utf-8\n");
    check(
        "print('ä'.encode('cp1252'), 'bücher'.encode('idna'), 'x'.encode('cp437'), 'é'.encode('utf-7'))",
        "b'\\xe4' b'xn--bcher-kva' b'x' b'+AOk-'\n",
    );
}
