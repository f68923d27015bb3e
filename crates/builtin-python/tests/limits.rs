//! Too much of everything: recursion, memory, output.

use crate::harness::{code, prints, raises};

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
fn memory_that_is_not_there_is_a_memory_error() {
    raises("x = bytearray(2**31 - 100); y = bytearray(2**31 - 100)", &["MemoryError"]);
    assert_eq!(
        prints("try:\n    x = [bytearray(2**30) for _ in range(5)]\nexcept MemoryError:\n    print('caught')"),
        "caught\n"
    );
}
