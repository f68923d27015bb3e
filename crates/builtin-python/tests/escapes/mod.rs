//! Ways out of the working folder: each is refused, and its benign twin works.

use std::fs;

use crate::harness::{Python, check, raises};

/// A folder `run` beside a secret, as the working folder of a run.
fn beside_a_secret(code: &str) -> String {
    let python = Python::new().file("main.py", code);
    let outside = tempfile::TempDir::new().expect("a folder can be made");
    fs::write(outside.path().join("secret"), "secret").expect("it can be written");
    let mut command = python.command(&["main.py"]);
    command.env("OUTSIDE", outside.path());
    let ended = crate::harness::run(&mut command, b"");
    assert_eq!(fs::read_to_string(outside.path().join("secret")).expect("it is still there"), "secret");
    assert_eq!(fs::read_dir(outside.path()).expect("it can be listed").count(), 1, "{code} left something");
    ended.stdout + &ended.stderr
}

/// Prints what `expression` gives, or the name of its exception.
fn attempt(expression: &str) -> String {
    format!(
        "import os\no = os.environ['OUTSIDE']\ntry:\n    print({expression})\nexcept OSError as error:\n    print(type(error).__name__)\n"
    )
}

#[test]
fn files_outside_cannot_be_seen() {
    for expression in [
        "open(o + '/secret').read()",
        "open('../' * 20 + o + '/secret').read()",
        "open(os.path.relpath(o + '/secret')).read()",
        "open('/proc/self/environ').read()",
        "open('/etc/passwd').read()",
        "open('/dev/urandom', 'rb').read(1)",
        "os.listdir('..')",
        "os.listdir('/')",
        "os.listdir(o)",
        "os.stat(o + '/secret').st_size",
        "os.stat('/').st_ino",
        "os.open(o + '/new', os.O_CREAT | os.O_WRONLY)",
        "os.mkdir(o + '/new')",
        "os.remove(o + '/secret')",
        "os.rename(o + '/secret', 'here')",
        "os.rename('main.py', o + '/there')",
        "os.link(o + '/secret', 'here')",
        "os.symlink(o, 'out') or open('out/secret').read()",
        "os.symlink(o + '/secret', 'out') or open('out').read()",
        "os.symlink('..', 'up') or os.listdir('up')",
        "os.symlink('.', 'a') or os.symlink('a/..', 'b') or os.listdir('b')",
        "os.readlink(o + '/secret')",
        "os.chdir(o)",
        "os.chdir('..') or os.listdir('.')",
        "os.truncate(o + '/secret', 0)",
        "os.utime(o + '/secret')",
    ] {
        let said = beside_a_secret(&attempt(expression));
        let refused = ["PermissionError\n", "FileNotFoundError\n", "OSError\n"].contains(&said.as_str());
        assert!(refused, "{expression}: {said}");
    }
}

#[test]
fn files_inside_can_be_used() {
    for (expression, expected) in [
        ("open('new', 'w').write('abc')", "3\n"),
        ("open(os.getcwd() + '/main.py').read(6)", "import\n"),
        ("os.mkdir('d') or os.listdir('d')", "[]\n"),
        ("os.rename('main.py', 'n') or os.listdir('.')", "['n']\n"),
        ("os.symlink('main.py', 'l') or open('l').read(6)", "import\n"),
        ("os.link('main.py', 'l') or os.stat('l').st_nlink", "2\n"),
        ("os.mkdir('d') or os.chdir('d') or os.listdir('..').__len__()", "2\n"),
        ("os.truncate('main.py', 3) or os.stat('main.py').st_size", "3\n"),
        ("os.remove('main.py') or os.listdir('.')", "[]\n"),
    ] {
        assert_eq!(beside_a_secret(&attempt(expression)), expected, "{expression}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lie_in_the_folder_do_not_lead_out() {
    let python = Python::new();
    std::os::unix::fs::symlink("/etc", python.folder.path().join("etc")).expect("a link can be made");
    std::os::unix::fs::symlink("/etc/passwd", python.folder.path().join("passwd")).expect("a link can be made");
    for path in ["etc/passwd", "passwd"] {
        let ended = python.run(&["-c", &format!("open({path:?})")]);
        assert!(ended.stderr.contains("PermissionError"), "{path}: {ended:?}");
    }
}

#[test]
fn the_library_cannot_be_changed() {
    for code in [
        "open('/python/json/__init__.py', 'a')",
        "open('/python/new.py', 'w')",
        "import os; os.remove('/python/os.py')",
        "import os; os.rename('/python/os.py', '/python/so.py')",
        "import os; os.truncate('/python/os.py', 0)",
        "import os; os.mkdir('/python/new')",
        "import os; os.utime('/python/os.py')",
        "import os; os.link('/python/os.py', 'os.py')",
    ] {
        let ended = crate::harness::code(code);
        assert!(ended.stderr.contains("PermissionError") || ended.stderr.contains("OSError"), "{code}: {ended:?}");
    }
    check("print(open('/python/os.py').read(3))", "r\"\"\n");
}

#[test]
fn sockets_do_not_connect_beneath_our_messages() {
    raises("import _socket; _socket.socket().connect(('127.0.0.1', 80))", &["Error"]);
    raises("import _socket; _socket.socket().bind(('127.0.0.1', 0))", &["Error"]);
    raises("import _socket; _socket.getaddrinfo('localhost', 80)", &["gaierror"]);
    raises(
        "import _socket; s = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', 9))",
        &["Error"],
    );
}
