//! The paths that every run at the level `sandbox` may use.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The system's programs and libraries, with time zones, locales and fonts.
pub(super) const SYSTEM: [&str; 9] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"];

/// Further folders of the system: the list of processors, caches of fonts and documents, NixOS' links.
pub(super) const FURTHER: [&str; 5] =
    ["/sys/devices/system", "/var/cache/fontconfig", "/var/lib/texmf", "/run/current-system", "/etc/static"];

/// Entries of `/etc` that programs read: libraries, names, time, language, fonts, certificates, and interpreters' own settings.
/// Nothing in it is a secret; `/etc/shadow`, keys and the settings of services are not among them.
const ETC: [&str; 56] = [
    "ImageMagick-6",
    "ImageMagick-7",
    "OpenCL",
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "default/locale",
    "fonts",
    "gai.conf",
    "group",
    "gtk-3.0",
    "host.conf",
    "hostname",
    "hosts",
    "inputrc",
    "java-17-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ld.so.preload",
    "libnl-3",
    "locale.alias",
    "locale.conf",
    "localtime",
    "lsb-release",
    "lua",
    "magic",
    "magic.mime",
    "mailcap",
    "mime.types",
    "mtab",
    "nsswitch.conf",
    "os-release",
    "papersize",
    "passwd",
    "perl",
    "php",
    "pki/ca-trust/extracted",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "pki/tls/openssl.cnf",
    "profile",
    "protocols",
    "python2.7",
    "python3",
    "resolv.conf",
    "rpc",
    "services",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
];

/// Python's own folders in `/etc` of Debian, one per version.
const PYTHON_MINORS: std::ops::Range<u32> = 8..20;

/// Harmless devices.
pub(super) const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// The files in `/proc` that a program may read if it has no `/proc` of its own. It may not read all files about itself: its
/// `net` and its lists of mounts describe the machine.
const PROC: [&str; 40] = [
    "self/auxv",
    "self/cgroup",
    "self/cmdline",
    "self/comm",
    "self/coredump_filter",
    "self/environ",
    "self/fd",
    "self/fdinfo",
    "self/gid_map",
    "self/io",
    "self/limits",
    "self/loginuid",
    "self/maps",
    "self/numa_maps",
    "self/oom_score",
    "self/oom_score_adj",
    "self/pagemap",
    "self/personality",
    "self/sched",
    "self/schedstat",
    "self/sessionid",
    "self/setgroups",
    "self/smaps",
    "self/smaps_rollup",
    "self/stat",
    "self/statm",
    "self/status",
    "self/timers",
    "self/uid_map",
    "cpuinfo",
    "meminfo",
    "stat",
    "uptime",
    "loadavg",
    "version",
    "filesystems",
    "sys/kernel/osrelease",
    "sys/kernel/cap_last_cap",
    "sys/kernel/random",
    "sys/vm/overcommit_memory",
];

/// The accesses of every run, as paths for Landlock.
pub(super) struct Access {
    /// To read and execute.
    pub(super) read: Vec<PathBuf>,
    /// Full access.
    pub(super) write: Vec<PathBuf>,
    /// Devices, to read, write and control.
    pub(super) devices: Vec<PathBuf>,
}

impl Access {
    /// For a run that may write to the folders `own` and read `own_files`.
    pub(super) fn of(own: &[PathBuf], own_files: Vec<PathBuf>, own_root: bool) -> Self {
        let mut read = system().to_vec();
        read.extend(own_files);
        let mut write = own.to_vec();
        let mut devices: Vec<PathBuf> = DEVICES.iter().map(|name| Path::new("/dev").join(name)).collect();
        if own_root {
            read.push("/proc".into());
            write.extend(["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"].map(PathBuf::from));
            devices.extend(["/dev/pts", "/dev/console"].map(PathBuf::from));
        } else {
            read.extend(PROC.iter().map(|name| Path::new("/proc").join(name)));
        }
        Self { read, write, devices }
    }

    /// Whether `path` may be read. Links are not followed.
    #[cfg(test)]
    fn allows(&self, path: &Path) -> bool {
        self.read.iter().chain(&self.write).chain(&self.devices).any(|allowed| path.starts_with(allowed))
    }
}

/// The paths of the system that every run may read, found once by the launcher.
pub(super) fn system() -> &'static [PathBuf] {
    static THERE: OnceLock<Vec<PathBuf>> = OnceLock::new();
    THERE.get_or_init(|| {
        let all = SYSTEM.iter().chain(&FURTHER).map(PathBuf::from).chain(etc());
        all.filter(|path| path.exists()).collect()
    })
}

fn etc() -> impl Iterator<Item = PathBuf> {
    let pythons = PYTHON_MINORS.map(|minor| format!("python3.{minor}"));
    ETC.iter().map(|name| (*name).to_owned()).chain(pythons).map(|name| Path::new("/etc").join(name))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::Access;

    #[test]
    fn nothing_of_the_machine_s_secrets_is_readable() {
        let own = ["/var/tmp/run".into(), "/tmp".into()];
        for own_root in [true, false] {
            let access = Access::of(&own, Vec::new(), own_root);
            for path in [
                "/etc/shadow",
                "/etc/gshadow",
                "/etc/ssh/ssh_host_ed25519_key",
                "/etc/ssl/private/key.pem",
                "/etc/pki/tls/private/key.pem",
                "/etc/sudoers",
                "/etc/machine-id",
                "/home/me/.ssh/id_ed25519",
                "/home/me/venv/.env",
                "/root/.npmrc",
                "/var/lib/dpkg/status",
                "/var/log/syslog",
                "/run/docker.sock",
                "/dev/sda",
                "/dev/mem",
                "/sys/kernel",
                "/",
            ] {
                assert!(!access.allows(Path::new(path)), "{path} ({own_root})");
            }
            for path in ["/usr/lib/x.so", "/etc/localtime", "/etc/ssl/certs/a.pem", "/dev/null"] {
                assert!(access.allows(Path::new(path)), "{path} ({own_root})");
            }
            let may_write = |path: &str| access.write.iter().any(|allowed| Path::new(path).starts_with(allowed));
            assert!(may_write("/var/tmp/run/x") && !may_write("/usr/lib/x"));
            assert_eq!(access.read.contains(&PathBuf::from("/proc")), own_root);
        }
    }
}
