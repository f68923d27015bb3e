//! The description of a container for the runtime: its limits, and everything that is switched off in it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, ExecConfig, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount,
    MountType, MountVolumeOptions, MountVolumeOptionsDriverConfig, ResourcesUlimits,
};

use super::daemon::Kind;
use crate::job::Job;
use crate::limits::Limits;

/// The working folder.
pub(super) const WORK: &str = "/work";
/// A user that is not root, and owns nothing.
const USER: &str = "1000:1000";
/// The first process: it reads our connection and ends with it.
const KEEPER: &str = "cat";
/// Folders in memory: neither programs of another user nor devices.
const SAFE: &str = "nosuid,nodev,mode=1777";

/// Variables of every program, as outside of containers.
const FIXED: [(&str, &str); 7] = [
    ("PYTHONUTF8", "1"),
    ("PYTHONIOENCODING", "utf-8"),
    ("PYTHONUNBUFFERED", "1"),
    ("TERM", "dumb"),
    ("HOME", "/tmp"),
    ("TMPDIR", "/tmp"),
    ("PWD", WORK),
];

/// A container of `image` within `limits`, marked with `labels`.
pub(super) fn container(
    image: &str,
    limits: &Limits,
    kind: Kind,
    labels: HashMap<String, String>,
) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![KEEPER.to_owned()]),
        cmd: Some(Vec::new()),
        user: Some(USER.to_owned()),
        working_dir: Some(WORK.to_owned()),
        hostname: Some("runtray".to_owned()),
        network_disabled: Some(true),
        attach_stdin: Some(true),
        open_stdin: Some(true),
        // It ends with our connection, also if this process is killed.
        stdin_once: Some(true),
        healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }),
        labels: Some(labels),
        host_config: Some(host(limits, kind)),
        ..ContainerCreateBody::default()
    }
}

fn host(limits: &Limits, kind: Kind) -> HostConfig {
    // Without `..`, so that a new limit does not compile until it is used here. `run/` enforces the output limit, `results.rs`
    // the limits of results.
    let Limits {
        memory_bytes,
        cpu,
        processes,
        open_files,
        file_size_bytes,
        folder_bytes,
        output_bytes: _,
        result_files: _,
        result_file_bytes: _,
    } = *limits;
    let (memory, folder) = (signed(memory_bytes), format!("rw,{SAFE},size={folder_bytes}"));
    let mut tmpfs = HashMap::from([("/tmp".to_owned(), folder.clone())]);
    let mounts = match kind {
        Kind::Docker => Some(vec![work_volume(folder_bytes)]),
        // Podman's archives include the container's own mounts, and without root Podman mounts no volume.
        Kind::Podman => {
            tmpfs.insert(WORK.to_owned(), folder);
            None
        }
    };
    HostConfig {
        network_mode: Some("none".to_owned()),
        ipc_mode: Some("private".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        readonly_rootfs: Some(true),
        tmpfs: Some(tmpfs),
        mounts,
        memory: Some(memory),
        // The same number: no swap.
        memory_swap: Some(memory),
        shm_size: Some(memory),
        // The first process is one more.
        pids_limit: Some(i64::from(processes) + 1),
        ulimits: Some(ulimits(cpu, open_files, file_size_bytes)),
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    }
}

/// The working folder: a volume in memory. Docker's archives do not see a plain `tmpfs`, and on disk a volume has no limit.
fn work_volume(folder_bytes: u64) -> Mount {
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let size = format!("{SAFE},size={folder_bytes}");
    let options = HashMap::from([text("type", "tmpfs"), text("device", "tmpfs"), text("o", &size)]);
    let driver = MountVolumeOptionsDriverConfig { name: Some("local".to_owned()), options: Some(options) };
    Mount {
        target: Some(WORK.to_owned()),
        typ: Some(MountType::VOLUME),
        volume_options: Some(MountVolumeOptions {
            no_copy: Some(true),
            driver_config: Some(driver),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    }
}

fn ulimits(cpu: Duration, open_files: u64, file_size_bytes: u64) -> Vec<ResourcesUlimits> {
    let one = |name: &str, soft: i64, hard: i64| ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(soft),
        hard: Some(hard),
    };
    let cpu = signed(cpu.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)).max(1);
    let (files, size) = (signed(open_files), signed(file_size_bytes));
    vec![
        one("core", 0, 0),
        // One process; the whole container's time is measured (`usage`).
        one("cpu", cpu, cpu.saturating_add(1)),
        one("fsize", size, size),
        one("nofile", files, files),
    ]
}

/// The program of `job` as a second process of its container.
pub(super) fn program(job: &Job) -> ExecConfig {
    let (runtime, request) = (job.runtime(), job.request());
    let text = |text: &OsStr| text.to_string_lossy().into_owned();
    let mut command = vec![text(runtime.path.as_os_str())];
    command.extend(runtime.args.iter().map(|argument| text(argument)));
    command.push(runtime.entry());
    command.extend(request.args().iter().cloned());
    // Of two variables with the same name the last one counts.
    let fixed = FIXED.iter().filter(|(name, _)| request.env().iter().all(|(other, _)| other != name));
    let env = fixed.map(|(name, value)| format!("{name}={value}"));
    let env = env.chain(request.env().iter().map(|(name, value)| format!("{name}={value}")));
    ExecConfig {
        attach_stdin: Some(has_input(job)),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        privileged: Some(false),
        user: Some(USER.to_owned()),
        working_dir: Some(WORK.to_owned()),
        env: Some(env.collect()),
        cmd: Some(command),
        ..ExecConfig::default()
    }
}

/// Whether the program of `job` can be given input.
pub(super) fn has_input(job: &Job) -> bool {
    job.request().is_interactive() || !job.request().stdin().is_empty()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{json, to_value};

    use super::{Kind, container};
    use crate::limits::Limits;

    #[test]
    fn a_container_has_its_limits_and_nothing_else() {
        let body = container("python:3.13", &Limits::default(), Kind::Docker, HashMap::new());
        let mut body = to_value(body).expect("JSON");
        let host = body.as_object_mut().expect("an object").remove("HostConfig").expect("limits");
        let expected = json!({
            "Image": "python:3.13", "Entrypoint": ["cat"], "Cmd": [], "User": "1000:1000", "WorkingDir": "/work",
            "Hostname": "runtray", "NetworkDisabled": true, "AttachStdin": true, "OpenStdin": true, "StdinOnce": true,
            "Healthcheck": {"Test": ["NONE"]}, "Labels": {},
        });
        assert_eq!(body, expected);
        let expected = json!({
            "NetworkMode": "none", "IpcMode": "private", "CgroupnsMode": "private", "Privileged": false,
            "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"], "ReadonlyRootfs": true,
            "Memory": 1_073_741_824, "MemorySwap": 1_073_741_824, "ShmSize": 1_073_741_824, "PidsLimit": 129,
            "Tmpfs": {"/tmp": "rw,nosuid,nodev,mode=1777,size=1073741824"},
            "Mounts": [{
                "Target": "/work", "Type": "volume",
                "VolumeOptions": {"NoCopy": true, "DriverConfig": {"Name": "local", "Options": {
                    "type": "tmpfs", "device": "tmpfs", "o": "nosuid,nodev,mode=1777,size=1073741824",
                }}},
            }],
            "Ulimits": [
                {"Name": "core", "Soft": 0, "Hard": 0}, {"Name": "cpu", "Soft": 120, "Hard": 121},
                {"Name": "fsize", "Soft": 536_870_912, "Hard": 536_870_912},
                {"Name": "nofile", "Soft": 1024, "Hard": 1024},
            ],
            "LogConfig": {"Type": "none"},
        });
        assert_eq!(host, expected);
    }

    #[test]
    fn podman_has_the_working_folder_in_memory_too() {
        let limits = Limits { folder_bytes: 4096, memory_bytes: u64::MAX, ..Limits::default() };
        let body = to_value(container("x", &limits, Kind::Podman, HashMap::new())).expect("JSON");
        let host = &body["HostConfig"];
        assert_eq!(host["Tmpfs"]["/work"], "rw,nosuid,nodev,mode=1777,size=4096");
        assert!(host.get("Mounts").is_none() && host["Memory"] == i64::MAX, "{host}");
    }
}
