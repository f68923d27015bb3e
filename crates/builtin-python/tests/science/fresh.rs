//! State that each run gets anew; the beginning and end of programs.

use super::{check, run};
use crate::harness::Python;

/// The output of `code` in two runs.
fn twice(code: &str) -> Option<[String; 2]> {
    let once = || run(&Python::new(), &["-c", code]).map(|ended| ended.stdout);
    Some([once()?, once()?])
}

#[test]
fn random_numbers_differ() {
    for code in [
        "import random; print(random.random())",
        "import numpy; print(numpy.random.rand())",
        "import numpy; print(numpy.random.default_rng().random())",
        "import pandas as pd; print(pd.Series(range(99999)).sample(1).item())",
        "import uuid; print(uuid.uuid4(), uuid.uuid1())",
        "import time; print(time.time_ns())",
    ] {
        let Some([one, other]) = twice(code) else { return };
        assert!(one != other && !one.is_empty(), "{code}: {one}");
    }
}

/// Its dictionaries are built on the hashes that texts had when its memory was kept: README says so.
#[test]
fn hashes_of_texts_stay_those_of_the_pack() {
    let code = "import datetime; print(hash('a text of mine'), {f'mine {n}' for n in range(9)}, hash(datetime.date(2001, 2, 3)))";
    let Some([one, other]) = twice(code) else { return };
    assert!(one == other && !one.is_empty(), "{one} {other}");
    let seeded = run(&Python::new().variable("PYTHONHASHSEED", "7"), &["-c", code]).expect("a run");
    assert_eq!(seeded.stdout, one, "{seeded:?}");
}

#[test]
fn nothing_of_the_making_is_left() {
    check(
        "import os, sys; print(dict(os.environ), sys.argv, sorted(vars()))",
        "{} ['-c'] ['__builtins__', '__doc__', '__loader__', '__name__', '__package__', '__spec__', 'os', 'sys']\n",
    );
    check("import sys; print(sys.path)", "['', '/usr/local/lib/python315.zip', '/python/site-packages']\n");
    check("import os; print(os.listdir('.'), os.listdir('/python/site-packages'))", "[] []\n");
}

#[test]
fn programs_are_given_as_python_takes_them() {
    let python = Python::new().file("main.py", "import sys, mine\nprint(sys.argv, __file__, mine.x, input())\n");
    let python = python.file("mine.py", "x = 1\n").input("typed\n").variable("IN_NAME", "Ä").variable("OUT", "x");
    let Some(ended) = run(&python, &["main.py", "a", "ä"]) else { return };
    let expected = "['main.py', 'a', 'ä'] /work/main.py 1 typed\n";
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (expected, ""));
    let ended = run(&python, &["--variables", "IN_", "-c", "import os; print(dict(os.environ))"]).expect("a run");
    assert_eq!(ended.stdout, "{'NAME': 'Ä'}\n", "{ended:?}");
    let ended = run(&Python::new().input("print('from input')"), &["-"]).expect("a run");
    assert_eq!(ended.stdout, "from input\n", "{ended:?}");
}

#[test]
fn exit_codes_and_tracebacks_are_python_s() {
    for (code, expected) in [("import sys; sys.exit(7)", 7), ("import os; os._exit(200)", 200), ("raise SystemExit", 0)]
    {
        let Some(ended) = run(&Python::new(), &["-c", code]) else { return };
        assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(expected), ""), "{code}");
    }
    let ended = run(&Python::new().file("main.py", "def f():\n    1 / 0\nf()\n"), &["main.py"]).expect("a run");
    let expected = "Traceback (most recent call last):\n  File \"/work/main.py\", line 3, in <module>\n    f()\n    ~^^\n  \
        File \"/work/main.py\", line 2, in f\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n";
    assert_eq!((ended.stderr.as_str(), ended.status.code()), (expected, Some(1)));
}

#[test]
fn the_limit_of_memory_holds() {
    let limit = (1_u64 << 30).to_string();
    let code = "try:\n    bytearray(1 << 30)\nexcept MemoryError: print('MemoryError')";
    let Some(ended) = run(&Python::new(), &["--memory", &limit, "-c", code]) else { return };
    assert_eq!(ended.stdout, "MemoryError\n", "{ended:?}");
    let ended = run(&Python::new(), &["--memory", "1048576", "-c", "print(1)"]).expect("a run");
    assert!(ended.status.code() == Some(126) && ended.stdout.is_empty(), "{ended:?}");
}
