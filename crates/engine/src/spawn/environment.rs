//! The environment of a run: a short list of this process's variables, then the request's.
//!
//! A variable that is not listed is not passed on. So programs get no secrets of the user's session, and no variables that an
//! AppImage, a Snap or an active virtualenv set for this process.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::language::Activation;

/// Names with values.
pub(crate) type Variables = Vec<(OsString, OsString)>;

/// The variables that are passed on, per system.
struct Rules {
    names: &'static [&'static str],
    prefixes: &'static [&'static str],
    /// Whether names are compared without case.
    ignores_case: bool,
    /// The variables that name the folder for temporary files.
    temporary: &'static [&'static str],
}

const UNIX: Rules = Rules {
    names: &["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ"],
    prefixes: &["LC_"],
    ignores_case: false,
    temporary: &["TMPDIR"],
};

const WINDOWS: Rules = Rules {
    names: &[
        "SystemRoot",
        "SystemDrive",
        "windir",
        "PATH",
        "PATHEXT",
        "COMSPEC",
        "OS",
        "USERNAME",
        "USERDOMAIN",
        "USERPROFILE",
        "HOMEDRIVE",
        "HOMEPATH",
        "APPDATA",
        "LOCALAPPDATA",
        "ALLUSERSPROFILE",
        "ProgramData",
        "PUBLIC",
        "NUMBER_OF_PROCESSORS",
    ],
    prefixes: &["ProgramFiles", "ProgramW6432", "CommonProgram", "PROCESSOR_"],
    ignores_case: true,
    temporary: &["TEMP", "TMP"],
};

const HERE: &Rules = if cfg!(windows) { &WINDOWS } else { &UNIX };

/// Variables of every run. `TERM=dumb` keeps `clear` and the like quiet.
const FIXED: [(&str, &str); 4] =
    [("PYTHONUTF8", "1"), ("PYTHONIOENCODING", "utf-8"), ("PYTHONUNBUFFERED", "1"), ("TERM", "dumb")];

/// Replaces `TERM` for a run with a terminal. `COLUMNS` and `LINES` are not set, because the size can change.
const WITH_TERMINAL: (&str, &str) = ("TERM", "xterm-256color");

/// Folders in the home that libraries create files in, and their names below the folder for temporary files where the home
/// is closed.
const IN_HOME: &[(&str, &str)] = if cfg!(windows) { &IN_PROFILE } else { &XDG };

const XDG: [(&str, &str); 4] = [
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_STATE_HOME", ".local/state"),
];

/// Windows starts no AppContainer without the last of them.
const IN_PROFILE: [(&str, &str); 3] =
    [("USERPROFILE", "home"), ("APPDATA", r"home\AppData\Roaming"), ("LOCALAPPDATA", r"home\AppData\Local")];

/// The variable that tells a Python where the user's own packages are, and the name of their folder below `APPDATA`.
const USER_PACKAGES: (&str, &str) = ("PYTHONUSERBASE", "Python");

/// The variables that name the mount point of our own AppImage or Snap.
const MOUNTS: [&str; 2] = ["APPDIR", "SNAP"];

/// The environment of a run that starts in `folder` and has `tmp` for temporary files.
pub(crate) fn base(folder: &Path, tmp: &Path) -> Variables {
    scrub(HERE, &env::vars_os().collect(), folder, tmp)
}

/// The variables that the system needs to start a process. A sealed interpreter gets no others.
pub(crate) fn of_process() -> Variables {
    let needed: &[&str] = if cfg!(windows) { &["SystemRoot", "SystemDrive", "windir"] } else { &[] };
    env::vars_os().filter(|(name, _)| needed.iter().any(|it| HERE.same(name, OsStr::new(it)))).collect()
}

/// `base` for a run with a terminal.
pub(crate) fn with_terminal(base: Variables) -> Variables {
    let (name, value) = WITH_TERMINAL;
    merge(base, &[(name.into(), value.into())])
}

/// `base` for a run whose home is closed: libraries keep their caches and settings in the folder `tmp` instead.
pub(crate) fn without_home(base: Variables, tmp: &Path) -> Variables {
    home_in(HERE, IN_HOME, base, tmp)
}

fn home_in(rules: &Rules, in_home: &[(&str, &str)], base: Variables, tmp: &Path) -> Variables {
    // A path of a folder that belongs to the run, so it is Unicode wherever this is used.
    let place = |name: &str| tmp.join(name).to_string_lossy().into_owned();
    let mut variables: Vec<_> = in_home.iter().map(|(variable, name)| ((*variable).to_owned(), place(name))).collect();
    if in_home.iter().any(|(name, _)| *name == "APPDATA") {
        let roaming = base.iter().find(|(name, _)| rules.same(name, OsStr::new("APPDATA")));
        let packages = roaming.map(|(_, folder)| Path::new(folder).join(USER_PACKAGES.1));
        variables.extend(packages.map(|folder| (USER_PACKAGES.0.to_owned(), folder.to_string_lossy().into_owned())));
    }
    merge_by(rules, base, &variables)
}

/// `base` with the interpreter's environment activated; its shims are in the folder `shims`.
pub(crate) fn activate(base: Variables, activation: &Activation, shims: &Path) -> Variables {
    let mut base = merge(base, &activation.env);
    for (_, path) in base.iter_mut().filter(|(name, _)| HERE.same(name, OsStr::new("PATH"))) {
        *path = activation.search_path(path, shims);
    }
    base
}

/// `base` with the request's variables, which take precedence. The last of two equal names wins.
pub(crate) fn merge(base: Variables, extra: &[(String, String)]) -> Variables {
    merge_by(HERE, base, extra)
}

fn scrub(rules: &Rules, ours: &Variables, folder: &Path, tmp: &Path) -> Variables {
    let mounts: Vec<&OsStr> = ours
        .iter()
        .filter(|(name, _)| MOUNTS.iter().any(|it| name == it))
        .map(|(_, value)| value.as_os_str())
        .collect();
    let mut scrubbed: Variables = ours.iter().filter(|(name, _)| rules.pass(name)).cloned().collect();
    for (_, path) in scrubbed.iter_mut().filter(|(name, _)| rules.same(name, OsStr::new("PATH"))) {
        *path = without_mounts(path, &mounts);
    }
    scrubbed.extend(rules.temporary.iter().map(|name| (name.into(), tmp.into())));
    scrubbed.extend(FIXED.map(|(name, value)| (name.into(), value.into())));
    scrubbed.push(("PWD".into(), folder.into()));
    scrubbed
}

fn merge_by(rules: &Rules, mut base: Variables, extra: &[(String, String)]) -> Variables {
    for (name, value) in extra {
        base.retain(|(old, _)| !rules.same(old, OsStr::new(name)));
        base.push((name.into(), value.into()));
    }
    base
}

fn without_mounts(path: &OsStr, mounts: &[&OsStr]) -> OsString {
    let inside = |folder: &PathBuf| mounts.iter().any(|mount| !mount.is_empty() && folder.starts_with(mount));
    env::join_paths(env::split_paths(path).filter(|folder| !inside(folder))).unwrap_or_else(|_| path.to_owned())
}

impl Rules {
    fn pass(&self, name: &OsStr) -> bool {
        self.names.iter().any(|it| self.same(name, OsStr::new(it)))
            || self.prefixes.iter().any(|it| self.begins(name, it))
    }

    fn same(&self, one: &OsStr, other: &OsStr) -> bool {
        if self.ignores_case { one.eq_ignore_ascii_case(other) } else { one == other }
    }

    fn begins(&self, name: &OsStr, prefix: &str) -> bool {
        name.as_encoded_bytes().get(..prefix.len()).is_some_and(|start| {
            if self.ignores_case { start.eq_ignore_ascii_case(prefix.as_bytes()) } else { start == prefix.as_bytes() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(list: &[(&str, &str)]) -> Variables {
        list.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn scrubbed(rules: &Rules, ours: &[(&str, &str)]) -> Variables {
        scrub(rules, &variables(ours), Path::new("/run"), Path::new("/run/tmp"))
    }

    fn value<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
        let mut found = variables.iter().filter(|(it, _)| it == name);
        let (_, value) = found.next()?;
        assert_eq!(found.next(), None, "{name} is there twice");
        value.to_str()
    }

    #[test]
    fn passes_what_is_listed_and_nothing_else() {
        for (rules, name, passes) in [
            (&UNIX, "AWS_SECRET_ACCESS_KEY", false),
            (&UNIX, "GITHUB_TOKEN", false),
            (&UNIX, "APPDIR", false),
            (&UNIX, "APPIMAGE", false),
            (&UNIX, "LD_LIBRARY_PATH", false),
            (&UNIX, "LD_PRELOAD", false),
            (&UNIX, "DYLD_INSERT_LIBRARIES", false),
            (&UNIX, "PYTHONHOME", false),
            (&UNIX, "PYTHONPATH", false),
            (&UNIX, "VIRTUAL_ENV", false),
            (&UNIX, "NODE_OPTIONS", false),
            (&UNIX, "home", false),
            (&UNIX, "XLC_ALL", false),
            (&UNIX, "LC", false),
            (&UNIX, "HOME", true),
            (&UNIX, "LC_ALL", true),
            (&UNIX, "TZ", true),
            (&WINDOWS, "OPENAI_API_KEY", false),
            (&WINDOWS, "PYTHONHOME", false),
            (&WINDOWS, "PSModulePath", false),
            (&WINDOWS, "SYSTEMROOT", true),
            (&WINDOWS, "Path", true),
            (&WINDOWS, "ProgramFiles(x86)", true),
            (&WINDOWS, "programw6432", true),
            (&WINDOWS, "PROCESSOR_ARCHITECTURE", true),
        ] {
            let expected = passes.then_some("ours");
            assert_eq!(value(&scrubbed(rules, &[(name, "ours")]), name), expected, "{name}");
        }
    }

    #[test]
    fn own_values_replace_ours() {
        for (rules, name, expected) in [
            (&UNIX, "TMPDIR", "/run/tmp"),
            (&WINDOWS, "TEMP", "/run/tmp"),
            (&WINDOWS, "TMP", "/run/tmp"),
            (&UNIX, "PWD", "/run"),
            (&UNIX, "TERM", "dumb"),
            (&UNIX, "PYTHONUTF8", "1"),
            (&UNIX, "PYTHONIOENCODING", "utf-8"),
            (&UNIX, "PYTHONUNBUFFERED", "1"),
        ] {
            assert_eq!(value(&scrubbed(rules, &[(name, "ours")]), name), Some(expected), "{name}");
        }
    }

    #[test]
    fn search_path_loses_what_lies_in_our_own_mount() {
        for (mount, path, expected) in [
            (("APPDIR", "/tmp/.mount_rt"), ["/tmp/.mount_rt/usr/bin", "/usr/bin"].as_slice(), ["/usr/bin"].as_slice()),
            (("APPDIR", "/tmp/.mount_rt"), &["/tmp/.mount_rt2/bin", "/bin"], &["/tmp/.mount_rt2/bin", "/bin"]),
            (("SNAP", "/snap/runtray/7"), &["/snap/runtray/7/bin", "/snap/bin"], &["/snap/bin"]),
            (("APPDIR", ""), &["/bin"], &["/bin"]),
            (("OTHER", "/usr"), &["/usr/bin"], &["/usr/bin"]),
        ] {
            let joined = |folders| env::join_paths(folders).expect("folders without separators");
            let mut ours = variables(&[mount]);
            ours.push(("PATH".into(), joined(path)));
            let scrubbed = scrub(HERE, &ours, Path::new("/run"), Path::new("/run/tmp"));
            assert_eq!(value(&scrubbed, "PATH"), joined(expected).to_str(), "{mount:?} {path:?}");
        }
    }

    #[test]
    fn a_closed_home_is_moved_into_the_run_s_folder() {
        let ours = variables(&[("AppData", "/me/Roaming"), ("HOME", "/me"), ("USERPROFILE", "/me")]);
        let joined = |folder: &str, name: &str| Path::new(folder).join(name).display().to_string();
        let windows = home_in(&WINDOWS, &IN_PROFILE, ours.clone(), Path::new("/run/tmp"));
        let home = joined("/run/tmp", "home");
        assert_eq!(value(&windows, "USERPROFILE"), Some(&*home));
        assert_eq!(value(&windows, "PYTHONUSERBASE"), Some(&*joined("/me/Roaming", "Python")));
        assert!(value(&windows, "LOCALAPPDATA").is_some_and(|folder| folder.starts_with(&home)));
        assert!(!windows.iter().any(|(name, _)| name == "AppData"), "{windows:?}");
        let unix = home_in(&UNIX, &XDG, ours, Path::new("/run/tmp"));
        assert_eq!(value(&unix, "HOME"), Some("/me"));
        assert_eq!(value(&unix, "XDG_CACHE_HOME"), Some(&*joined("/run/tmp", ".cache")));
        assert_eq!(value(&unix, "PYTHONUSERBASE"), None);
    }

    #[test]
    fn request_wins() {
        let extra = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|&(name, value)| (name.into(), value.into())).collect()
        };
        for (rules, given, expected) in [
            (&UNIX, [("PATH", "/mine"), ("A", "1")], [("Path", "C:\\"), ("PATH", "/mine"), ("A", "1")].as_slice()),
            (&UNIX, [("A", "1"), ("A", "2")], &[("Path", "C:\\"), ("A", "2")]),
            (&WINDOWS, [("PATH", "D:\\"), ("a", "1")], &[("PATH", "D:\\"), ("a", "1")]),
            (&WINDOWS, [("a", "1"), ("A", "2")], &[("Path", "C:\\"), ("A", "2")]),
        ] {
            let merged = merge_by(rules, variables(&[("Path", "C:\\")]), &extra(&given));
            assert_eq!(merged, variables(expected), "{given:?}");
        }
    }

    #[test]
    fn base_has_a_path_and_no_secret() {
        let base = merge(base(Path::new("/run"), Path::new("/run/tmp")), &[("GIVEN".into(), "yes".into())]);
        assert!(base.iter().any(|(name, _)| name.eq_ignore_ascii_case("PATH")));
        assert!(!base.iter().any(|(name, _)| name == "CARGO_MANIFEST_DIR"), "a variable that cargo set came through");
        assert_eq!(value(&base, "GIVEN"), Some("yes"));
    }
}
