//! The cases of the table for Windows: cases of other systems that mean the same here, and Windows' own.

use super::escapes::Escape;
use super::escapes::Wall::{Files, Network, Processes};
use super::escapes::Where::Everywhere;

/// The shared attempts whose programs are the same on Windows, by name.
const SHARED: [&str; 31] = [
    "read a key",
    "read credentials",
    "read a document",
    "read .npmrc",
    "list the home",
    "list above the home",
    "ask for a file's size",
    "a hard link to a key",
    "move a file out of the home",
    "read the settings",
    "read the token",
    "read the journal",
    "list the runs",
    "change the settings",
    "write into the home",
    "change .bashrc",
    "change .npmrc",
    "truncate a document",
    "open and truncate",
    "delete a document",
    "make a folder",
    "a program for the login",
    "change a mode",
    "change a date",
    "sitecustomize in site-packages",
    "change a library",
    "usercustomize in the user site",
    "a .pth in the user site",
    "a server on this machine",
    "a datagram",
    "a name",
];

/// Windows has sockets of its own kind, so the twins of the shared attempts do not fit these.
const OWN_SOCKETS: &str = "socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()";
const OWN_PROCESS: &str = "process(0x1000, os.getpid())";

const WINDOWS: &[Escape] = &[
    Escape("Runtray, by IPv4", Network, Everywhere, "tcp('127.0.0.1', C['port'])", OWN_SOCKETS),
    Escape("Runtray, by IPv6", Network, Everywhere, "tcp('::1', C['port'])", OWN_SOCKETS),
    Escape("another computer", Network, Everywhere, "tcp('203.0.113.1', 80)", OWN_SOCKETS),
    Escape("the router", Network, Everywhere, "tcp('192.168.1.1', 80)", OWN_SOCKETS),
    Escape(
        "a pipe of another program",
        Processes,
        Everywhere,
        r"open(r'\\.\pipe\lsass', 'r+b')",
        "import multiprocessing as m; a, b = m.Pipe(); a.send(1); assert b.recv() == 1",
    ),
    Escape(
        "replace Runtray's settings",
        Files,
        Everywhere,
        "write('r1'); os.replace('r1', C['runtray'] + '/config/settings.toml')",
        "write('r2'); write('r3'); os.replace('r2', 'r3')",
    ),
    Escape("end another process", Processes, Everywhere, "process(0x1, C['victim'])", OWN_PROCESS),
    Escape("read another process's memory", Processes, Everywhere, "process(0x10, C['victim'])", OWN_PROCESS),
    Escape("write into the service", Processes, Everywhere, "process(0x28, C['pid'])", OWN_PROCESS),
    Escape("a thread in the service", Processes, Everywhere, "process(0x2, C['pid'])", OWN_PROCESS),
    Escape(
        "start with the login, by the registry",
        Files,
        Everywhere,
        r"import winreg; k = winreg.OpenKey(winreg.HKEY_CURRENT_USER, r'Software\Microsoft\Windows\CurrentVersion\Run', 0, winreg.KEY_SET_VALUE); winreg.SetValueEx(k, 'RuntrayEscape', 0, winreg.REG_SZ, 'x')",
        r"import winreg; winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r'Software\Microsoft\Windows NT\CurrentVersion')",
    ),
    Escape(
        "a variable of the user",
        Files,
        Everywhere,
        "import winreg; winreg.SetValueEx(winreg.OpenKey(winreg.HKEY_CURRENT_USER, 'Environment', 0, winreg.KEY_SET_VALUE), 'RuntrayEscape', 0, winreg.REG_SZ, 'x')",
        OWN_PROCESS,
    ),
    Escape(
        "a program for the login, in the start menu",
        Files,
        Everywhere,
        "write(C['roaming'] + '/Microsoft/Windows/Start Menu/Programs/Startup/runtray-escape.bat')",
        "write('own.bat')",
    ),
    Escape("a file in Windows", Files, Everywhere, "write(os.environ['SystemRoot'] + '/runtray-escape')", "write('w')"),
    Escape(
        "the folder of another slot",
        Files,
        Everywhere,
        "os.listdir(C['local'] + '/Packages')",
        "import tempfile; d = tempfile.mkdtemp(); write(d + '/x'); read(d + '/x')",
    ),
];

/// The attempts that are made on Windows.
pub(super) fn all() -> Vec<&'static Escape> {
    super::escapes::all().filter(|case| SHARED.contains(&case.0)).chain(WINDOWS).collect()
}

#[test]
fn every_shared_case_exists_and_no_name_is_used_twice() {
    let names: Vec<_> = all().iter().map(|case| case.0).collect();
    assert_eq!(names.len(), SHARED.len() + WINDOWS.len(), "a shared case was renamed");
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
}
