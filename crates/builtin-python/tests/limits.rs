//! Too much of everything: recursion, memory, output.

use crate::harness::{code, prints, raises};

/// The most memory of a process that waits for its program, in KiB.
#[cfg(target_os = "linux")]
const MOST_WAITING_KIB: u64 = 10 << 10;

#[cfg(target_os = "linux")]
#[test]
fn one_that_waits_holds_little_memory() {
    let python = crate::harness::Python::new();
    let waiting = crate::harness::Waiting::start(&python);
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", waiting.id())).expect("its memory");
    let held =
        rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert_eq!(waiting.run("import json, sqlite3; print(json.dumps([1]))"), "[1]\n");
    let held = held.expect("a figure");
    println!("one that waits holds {held} KiB (PSS)");
    assert!(held < MOST_WAITING_KIB, "it holds {held} KiB");
}

#[test]
fn recursion_without_end_is_a_python_error() {
    raises("def f(): f()\nf()", &["RecursionError"]);
    raises(
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().x",
        &["RecursionError"],
    );
    raises("x = []\nfor _ in range(10**6): x = [x]\nrepr(x)", &["RecursionError"]);
    assert_eq!(
        prints(
            "def f(n): return 0 if n == 0 else 1 + f(n - 1)\nimport sys; sys.setrecursionlimit(50_000); print(f(40_000))"
        ),
        "40000\n"
    );
}

#[test]
fn deep_recursion_of_parsers() {
    let ended = code("eval('(' * 100_000 + ')' * 100_000)");
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let ended = code("import json; json.loads('[' * 1_000_000)");
    assert!(ended.stderr.contains("RecursionError"), "{ended:?}");
    let ended = code("import re; re.compile('(' * 50_000 + ')' * 50_000)");
    assert!(ended.stderr.contains("RecursionError") || ended.status.code() == Some(0), "{ended:?}");
}

#[test]
fn more_memory_than_is_given_is_a_memory_error() {
    let code =
        "held = []\ntry:\n    while True: held.append(bytearray(1 << 20))\nexcept MemoryError:\n    print(len(held))";
    let ended = crate::harness::Python::new().run(&["--memory", "134217728", "-c", code]);
    let held: u32 = ended.stdout.trim().parse().unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert!((64..128).contains(&held), "{ended:?}");
    let ended = crate::harness::Python::new().run(&["--memory", "1000", "-c", "print(1)"]);
    assert_eq!(ended.status.code(), Some(126), "{ended:?}");
}

#[test]
fn memory_that_is_not_there_is_a_memory_error() {
    raises("x = bytearray(2**31 - 100); y = bytearray(2**31 - 100)", &["MemoryError"]);
    assert_eq!(
        prints("try:\n    x = [bytearray(2**30) for _ in range(5)]\nexcept MemoryError:\n    print('caught')"),
        "caught\n"
    );
}
