//! The parts of macOS that every run may use.

use std::path::Path;

use super::resolved_path::ResolvedPath;
use super::rules::{LOOK, READ, Rules};
use crate::sys::Writable;

/// The programs and libraries of the system and of package managers; a link is followed. Of a package manager's folder only parts
/// are listed: its `etc` and `var` hold the settings and data of services.
const TREES: [&str; 35] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/libexec",
    "/usr/share",
    "/System/Library",
    "/System/Cryptexes",
    "/System/Volumes/Preboot/Cryptexes",
    "/System/iOSSupport",
    "/Library/Apple",
    "/Library/Developer/CommandLineTools",
    // The shell that `/bin/sh` becomes.
    "/var/select/sh",
    // The developer tools in use: Apple's `python3` asks for them.
    "/var/db/xcode_select_link",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
    "/opt/homebrew/bin",
    "/opt/homebrew/lib",
    "/opt/homebrew/opt",
    "/opt/homebrew/share",
    "/opt/homebrew/Cellar",
    "/opt/homebrew/Frameworks",
    "/opt/homebrew/etc/ca-certificates",
    "/opt/homebrew/etc/openssl@3",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/opt",
    "/usr/local/share",
    "/usr/local/Cellar",
    "/usr/local/Frameworks",
    "/usr/local/etc/openssl@3",
    "/opt/local/bin",
    "/opt/local/lib",
    "/opt/local/Library/Frameworks",
];

/// Entries of `/etc` that programs read. None is a secret.
const ETC: [&str; 16] = [
    "bashrc",
    "group",
    "hosts",
    "localtime",
    "nsswitch.conf",
    "passwd",
    "paths",
    "paths.d",
    "profile",
    "protocols",
    "resolv.conf",
    "services",
    "shells",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
];

/// The names of users and groups, as the C library looks them up.
const USERS: &str = "/private/var/db/DarwinDirectory/local/recordStore.data";

/// Prefixes of the kernel's values about processor and memory. Not `kern.proc`: that lists processes,
/// and `kern.procargs2` shows their variables.
const KERNEL_PREFIXES: [&str; 5] = ["hw.", "kern.posix.sem.", "kern.sysv.", "machdep.cpu.", "vm.swapusage"];

/// The same by whole names. Without `kern.posix.sem.*` and `kern.sysv.semmni` a pool of processes does not start.
const KERNEL: [&str; 22] = [
    "kern.argmax",
    "kern.boottime",
    "kern.bootargs",
    "kern.hostname",
    "kern.iossupportversion",
    "kern.maxfiles",
    "kern.maxfilesperproc",
    "kern.maxproc",
    "kern.ngroups",
    "kern.osproductversion",
    "kern.osrelease",
    "kern.ostype",
    "kern.osvariant_status",
    "kern.osversion",
    "kern.secure_kernel",
    "kern.tcsm_available",
    "kern.usrstack64",
    "kern.version",
    "security.mac.lockdown_mode_state",
    "sysctl.proc_cputype",
    "vm.loadavg",
    "vm.pagesize",
];

/// Services of the system that answer every program: names of users, and changes of the time zone.
const SERVICES: [&str; 3] = [
    "com.apple.system.notification_center",
    "com.apple.system.opendirectoryd.libinfo",
    "com.apple.system.opendirectoryd.membership",
];

/// Devices to read.
const SOURCES: [&str; 2] = ["/dev/random", "/dev/urandom"];
/// Devices to read and write.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/tty", "/dev/ptmx", "/dev/dtracehelper"];

/// Allows everything that does not depend on the run.
pub(super) fn allow(rules: &mut Rules) {
    processes(rules);
    kernel(rules);
    devices(rules);
    // Programs look at the root folder to find where they are, and at the links that macOS has in it.
    rules.line("(allow file-read* file-test-existence (literal \"/\"))");
    rules.line(&format!("(allow {LOOK} {})", names("literal", &["/etc", "/tmp", "/var", "/private", "/dev"])));
    let etc = ETC.iter().map(|name| Path::new("/etc").join(name));
    let paths = TREES.iter().map(|path| Path::new(path).to_path_buf()).chain(etc).chain([USERS.into()]);
    paths.filter_map(|path| ResolvedPath::of(&path, Writable::default())).for_each(|path| rules.allow(&[READ], &path));
}

/// A run's processes see, signal and examine each other, and nobody else.
fn processes(rules: &mut Rules) {
    rules.line("(allow process-fork)");
    rules.line("(allow signal process-info* (target same-sandbox))");
    // Named semaphores carry no data. The memory that is shared is Python's own, and OpenMP's.
    rules.line("(allow ipc-posix-sem)");
    rules.line(
        "(allow ipc-posix-shm* (ipc-posix-name-prefix \"/psm_\") (ipc-posix-name-prefix \"/__KMP_REGISTERED_LIB_\"))",
    );
    rules.line("(allow system-socket (socket-domain AF_UNIX))");
}

fn kernel(rules: &mut Rules) {
    let (prefixes, whole) = (names("sysctl-name-prefix", &KERNEL_PREFIXES), names("sysctl-name", &KERNEL));
    rules.line(&format!("(allow sysctl-read {prefixes} {whole})"));
    rules.line(&format!("(allow mach-lookup {})", names("global-name", &SERVICES)));
}

fn devices(rules: &mut Rules) {
    rules.line(&format!("(allow file-read* file-test-existence {} (subpath \"/dev/fd\"))", names("literal", &SOURCES)));
    let devices = names("literal", &DEVICES);
    rules.line(&format!("(allow file-read* file-test-existence file-write-data file-ioctl {devices})"));
    rules.line("(allow file-read-data file-write-data (subpath \"/dev/fd\"))");
    // Terminals that the run opens itself; the kernel marks them as its own.
    rules.line("(allow pseudo-tty)");
    rules.line("(allow file-read* file-write* file-ioctl (require-all (regex #\"^/dev/ttys[0-9]+$\") (extension \"com.apple.sandbox.pty\")))");
}

/// Filters of one kind.
fn names(filter: &str, names: &[&str]) -> String {
    names.iter().map(|name| format!("({filter} \"{name}\")")).collect::<Vec<_>>().join(" ")
}
