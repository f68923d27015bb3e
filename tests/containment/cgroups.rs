//! Control groups of version 2 on Linux: where the service may make them, no program leaves its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::neighbours::ALL;
use crate::harness::{Home, Service, runtray, skip};

const SETTINGS: &str = "isolation = \"none\"\n[limits]\nmemory_bytes = 134217728\ncpu_ms = 1500\n";

/// A group of this test with the controllers for memory and processes, deleted with its subgroups on drop.
struct Group(PathBuf);

impl Group {
    /// Makes it; the reason if that is not possible here.
    fn make() -> Result<Self, String> {
        let mounts = fs::read_to_string("/proc/self/mounts").map_err(|error| error.to_string())?;
        let root = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"));
        let root = root.and_then(|line| line.split(' ').nth(1)).ok_or("no control groups of version 2 are mounted")?;
        let folder = Path::new(root).join(format!("runtray-test-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let group = Self(folder);
        let controllers = fs::read_to_string(group.0.join("cgroup.controllers")).unwrap_or_default();
        let has = |name: &str| controllers.split_whitespace().any(|it| it == name);
        if !(has("memory") && has("pids")) {
            return Err(format!("{root} does not delegate memory and pids"));
        }
        for name in ["service", "elsewhere"] {
            fs::create_dir(group.0.join(name)).map_err(|error| error.to_string())?;
        }
        Ok(group)
    }

    /// Starts a service in it.
    fn start(&self, mode: &str) -> Service {
        let home = Home::new(SETTINGS);
        let script = "echo $$ > \"$GROUP/service/cgroup.procs\" && exec \"$0\" serve --port 0";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(runtray(&home).get_program());
        command.env("GROUP", &self.0).env("RUNTRAY_HOME", home.path());
        if !mode.is_empty() {
            command.env("RUNTRAY_CONTAINMENT", mode);
        }
        Service::start_by(command, &home)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Deletes a group with its subgroups.
fn remove(group: &Path) {
    for entry in fs::read_dir(group).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
        remove(&entry.path());
    }
    let _ = fs::remove_dir(group);
}

/// Moves itself to another group if it can, and breaks a limit.
const LEAVE: &str = "
import os, time
try:
    with open(os.path.join(GROUP, 'elsewhere', 'cgroup.procs'), 'w') as processes:
        processes.write('0')
except OSError:
    pass
DO
print('got away')
";

/// Code that breaks a limit, and the status of its run.
const BREACHES: [(&str, &str); 2] =
    [("held = b'x' * (400 << 20)\ntime.sleep(2)", "memory_limit"), ("while time.process_time() < 8: pass", "timeout")];

#[test]
fn no_program_leaves_its_limits_with_its_group() {
    let group = match Group::make() {
        Ok(group) => group,
        Err(reason) => return skip(reason),
    };
    for mode in ALL {
        let service = group.start(mode);
        for (code, status) in BREACHES {
            let code = LEAVE.replace("GROUP", &format!("{:?}", group.0.display().to_string())).replace("DO", code);
            let answer = service.execute(&json!({"code": code, "timeout_ms": 60_000}));
            assert_eq!(answer["status"], status, "({mode:?}) {answer}");
        }
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n", "({mode:?})");
    }
}
