//! Features that WebAssembly lacks raise CPython's exception, with a message that names the way out.

use crate::harness::{Python, check, raises};

const WAY_OUT: &str = "not available in the built-in Python; choose your own Python in Settings";

#[test]
fn modules_that_need_the_system() {
    for module in ["ssl", "ctypes", "curses", "tkinter", "turtle", "mmap", "fcntl", "resource", "venv", "pip"] {
        raises(&format!("import {module}"), &["ModuleNotFoundError", WAY_OUT]);
    }
}

#[test]
fn a_missing_module_can_be_caught() {
    check(
        "try:\n    import ssl\nexcept ImportError as error:\n    print(error.name, error)",
        "_ssl No module named '_ssl'\n",
    );
    check(
        "try:\n    import numpie\nexcept ImportError as error:\n    print(error, error.__notes__)",
        &format!("No module named 'numpie' ['numpie is {WAY_OUT}']\n"),
    );
    let words = ["ModuleNotFoundError: No module named 'surely_not_there'", WAY_OUT];
    raises("import surely_not_there", &words);
    raises("import surely_not_there.inside", &words);
    raises("import json.inside", &["ModuleNotFoundError: No module named 'json.inside'"]);
    check("import importlib.util as u; print(u.find_spec('surely_not_there'), u.find_spec('ssl').name)", "None ssl\n");
    check("import importlib.util as u; print(u.find_spec('_ssl'), u.find_spec('json.inside'))", "None None\n");
    raises("import importlib.util as u; u.find_spec('surely_not_there.inside')", &words);
}

#[test]
fn a_traceback_of_a_missing_module_has_the_program_s_lines_only() {
    let python = Python::new().file("main.py", "import numpy\n");
    let ended = python.run(&["main.py"]);
    let place = python.inside("main.py");
    let expected = format!(
        "Traceback (most recent call last):\n  File \"{place}\", line 1, in <module>\n    import numpy\n\
         ModuleNotFoundError: No module named 'numpy'\nnumpy is {WAY_OUT}\n",
    );
    assert_eq!(ended.stderr, expected);
}

#[test]
fn threads() {
    raises(
        "import threading; threading.Thread(target=print).start()",
        &["RuntimeError: can't start new thread", WAY_OUT],
    );
    raises("import _thread; _thread.start_new_thread(print, ())", &["RuntimeError", WAY_OUT]);
    raises(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool: pool.submit(print)",
        &["RuntimeError", WAY_OUT],
    );
    raises(
        "import asyncio\nasync def main(): await asyncio.to_thread(print)\nasyncio.run(main())",
        &["RuntimeError", WAY_OUT],
    );
}

#[test]
fn waits_that_only_a_thread_could_end() {
    raises("import queue; queue.Queue().get()", &["RuntimeError", WAY_OUT]);
    raises("import queue; queue.Queue().get(timeout=0.01)", &["Empty"]);
    check("import threading; print(threading.Event().wait(0.01))", "False\n");
}

#[test]
fn processes() {
    raises("import subprocess; subprocess.run(['ls'])", &["OSError", WAY_OUT]);
    raises("import subprocess; subprocess.check_output('ls', shell=True)", &["OSError", WAY_OUT]);
    raises("import os; os.system('ls')", &["AttributeError", "os.system", WAY_OUT]);
    raises("import os; os.fork()", &["AttributeError", "os.fork", WAY_OUT]);
    check("import os; print(hasattr(os, 'fork'), hasattr(os, 'getuid'))", "False False\n");
    raises("import os; os.popen('ls')", &["OSError", WAY_OUT]);
    raises("import multiprocessing; multiprocessing.Process(target=print).start()", &["OSError", WAY_OUT]);
    raises("import multiprocessing; multiprocessing.Pool()", &["OSError", WAY_OUT]);
    raises(
        "from concurrent.futures import ProcessPoolExecutor; ProcessPoolExecutor()",
        &["NotImplementedError", WAY_OUT],
    );
    raises("import os; os.nothing", &["AttributeError: module 'os' has no attribute 'nothing'"]);
}

#[test]
fn the_network() {
    raises("import socket; socket.create_connection(('127.0.0.1', 80))", &["gaierror", WAY_OUT]);
    raises("import socket; socket.socket()", &["PermissionError", WAY_OUT]);
    raises("import socket; socket.create_server(('127.0.0.1', 0))", &["PermissionError", WAY_OUT]);
    raises("import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 80))", &["Error", WAY_OUT]);
    raises("import urllib.request; urllib.request.urlopen('https://example.invalid')", &["URLError", WAY_OUT]);
    raises("import urllib.request; urllib.request.urlopen('http://example.invalid')", &["URLError", WAY_OUT]);
}
