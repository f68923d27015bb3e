//! Services with small limits in each containment mode, and programs that must end at these limits.

use serde_json::json;

use super::footprint::post;
use super::{Home, Service, runtray, skip};

/// The environment variable that selects the service's containment mode.
pub(crate) const SWITCH: &str = "RUNTRAY_CONTAINMENT";
/// Every containment mode.
pub(crate) const EVERY_MODE: [&str; 3] = ["namespaces", "user-namespaces", "subreaper"];

/// Limits that are reached quickly.
pub(crate) const SETTINGS: &str = "
isolation = \"none\"
[limits]
memory_bytes = 100663296
cpu_ms = 1000
processes = 16
folder_bytes = 8388608
file_size_bytes = 104857600
timeout_ms = 120000
max_timeout_ms = 120000
";

/// Starts `runtray serve` in a containment mode. `None`, with a printed reason, if this machine does not support it.
pub(crate) fn start(mode: &str, settings: &str) -> Option<Service> {
    let home = Home::new(settings);
    let mut command = runtray(&home);
    command.args(["serve", "--port", "0"]).env(SWITCH, mode);
    let service = Service::start_by(command, &home);
    let in_namespace = post(&service, &json!({"code": "import os; print(os.getppid())"}))["output"] == "1\n";
    if in_namespace == (mode == "subreaper") {
        skip(format_args!("{mode}: this machine does not give it"));
        return None;
    }
    Some(service)
}

/// Runs each program and compares its status and the end of its errors.
pub(crate) fn check(mode: &str, service: &Service, programs: &[(&str, &str, &str, &str)]) {
    for (name, code, status, ending) in programs {
        let answer = post(service, &json!({"code": code}));
        let error = answer["error"].as_str().expect("text");
        assert!(answer["status"] == *status && error.ends_with(ending), "{name} ({mode}): {answer}");
    }
}
