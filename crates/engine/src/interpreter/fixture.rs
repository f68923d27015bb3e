//! A simulated machine in a temporary folder, with shell scripts that answer probes as interpreters.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::machine::key;
use super::machine::{Machine, Platform};
use super::registry::{Registry, View};

/// A simulated machine. Paths are relative to its folder, which is also the home folder.
pub(crate) struct Fixture {
    folder: tempfile::TempDir,
    platform: Platform,
    variables: HashMap<String, OsString>,
    keys: Keys,
    current_folder: PathBuf,
    built_in: Option<PathBuf>,
}

impl Fixture {
    pub(crate) fn new(platform: Platform) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let current_folder = folder.path().to_path_buf();
        Self { folder, platform, variables: HashMap::new(), keys: Keys::default(), current_folder, built_in: None }
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine {
            platform: self.platform,
            variables: Arc::new(self.variables.clone()),
            home: Some(self.folder.path().to_path_buf()),
            current_folder: Some(self.current_folder.clone()),
            root: self.folder.path().join("root"),
            registry: Arc::new(self.keys.clone()),
            reparse_data: |path| std::fs::read(path.with_extension("reparse")).ok(),
            // Long; a test of timeouts shortens it.
            patience: Duration::from_secs(60),
            login_path: Arc::default(),
            built_in: self.built_in.clone(),
            packages: None,
            own_are_open: Arc::default(),
            writable: Default::default(),
            probes: Arc::default(),
        }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// A variable that holds a path below the machine's folder.
    pub(crate) fn folder(self, name: &str, relative: &str) -> Self {
        let path = self.path(relative);
        self.variable(name, path)
    }

    /// A variable with a literal value.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(key(self.platform, name), value.into());
        self
    }

    pub(crate) fn current(mut self, relative: &str) -> Self {
        self.current_folder = self.path(relative);
        std::fs::create_dir_all(&self.current_folder).expect("a folder");
        self
    }

    /// The place of the built-in Python.
    pub(crate) fn built_in(mut self, relative: &str) -> Self {
        self.built_in = Some(self.path(relative));
        self
    }

    pub(crate) fn key(mut self, view: View, key: &str, name: &str, value: impl Into<String>) -> Self {
        self.keys.0.push((view, key.into(), name.into(), value.into()));
        self
    }

    pub(crate) fn file(&self, relative: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// A program. Another process writes it: a file that this process has open for writing, however briefly, would be inherited
    /// by a concurrently forked test, and the system does not start a file that is open for writing.
    pub(crate) fn script(&self, relative: &str, body: &str) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let mut writer = Command::new("/bin/sh");
        writer.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(&path).stdin(Stdio::piped());
        let mut writer = writer.spawn().expect("a shell");
        let mut stdin = writer.stdin.take().expect("a pipe");
        stdin.write_all(format!("#!/bin/sh\n{body}\n").as_bytes()).expect("a shell that reads");
        drop(stdin);
        assert!(writer.wait().expect("a shell that ends").success());
        path
    }

    /// A Python of that version, which counts its probes.
    pub(crate) fn python(&self, relative: &str, version: (u32, u32, u32)) -> PathBuf {
        let path = self.path(relative);
        self.described(relative, &python(&path, prefix(&path), prefix(&path), version))
    }

    /// A virtual environment's Python.
    pub(crate) fn environment(&self, relative: &str, version: (u32, u32, u32)) -> PathBuf {
        let path = self.path(relative);
        self.described(relative, &python(&path, prefix(&path), Path::new("/usr"), version))
    }

    /// A version switcher's shim for `real`.
    pub(crate) fn shim(&self, relative: &str, real: &Path, version: (u32, u32, u32)) -> PathBuf {
        self.described(relative, &python(real, prefix(real), prefix(real), version))
    }

    /// A Node.js of that version, which counts its probes.
    pub(crate) fn node(&self, relative: &str, version: &str) -> PathBuf {
        let executable = self.path(relative);
        self.described(relative, &serde_json::json!({ "version": version, "executable": executable }))
    }

    fn described(&self, relative: &str, description: &serde_json::Value) -> PathBuf {
        self.script(relative, &format!("echo asked >> \"$0.asked\"\necho '{description}'"))
    }
}

/// How often the program at `path` was probed.
pub(crate) fn times_probed(path: &Path) -> usize {
    let mut name = path.as_os_str().to_owned();
    name.push(".asked");
    std::fs::read_to_string(name).map_or(0, |asked| asked.lines().count())
}

fn python(executable: &Path, prefix: &Path, base: &Path, (major, minor, micro): (u32, u32, u32)) -> serde_json::Value {
    serde_json::json!({
        "version": [major, minor, micro, "final", 0],
        "implementation": "cpython",
        "executable": executable,
        "prefix": prefix,
        "base_prefix": base,
    })
}

fn prefix(program: &Path) -> &Path {
    let folder = program.parent().expect("a folder");
    if folder.ends_with("bin") || folder.ends_with("Scripts") { folder.parent().expect("a prefix") } else { folder }
}

/// Registry values: view, key, name, text.
#[derive(Debug, Clone, Default)]
struct Keys(Vec<(View, String, String, String)>);

impl Registry for Keys {
    fn subkeys(&self, view: View, key: &str) -> Vec<String> {
        let below = format!("{key}\\");
        let keys = self.0.iter().filter(|row| row.0 == view).filter_map(|row| row.1.strip_prefix(&below));
        let mut names: Vec<String> = keys.filter_map(|rest| rest.split('\\').next()).map(String::from).collect();
        names.dedup();
        names
    }

    fn value(&self, view: View, key: &str, name: &str) -> Option<String> {
        let row = self.0.iter().find(|row| row.0 == view && row.1 == key && row.2 == name);
        row.map(|row| row.3.clone())
    }
}
