//! Traces of executions in a service: in its log, metrics, folders and memory.

use std::fs;
use std::path::{Path, PathBuf};

use super::Service;

impl Service {
    /// Checks that no program was ever started, and that none is queued or running.
    ///
    /// # Panics
    /// There is a trace of a program; the message names `after`.
    pub(crate) fn assert_nothing_ran(&self, after: &str) {
        self.assert_nothing_ran_asking_with(&[], after);
    }

    /// The same for a service that requires headers, such as its token.
    pub(crate) fn assert_nothing_ran_asking_with(&self, headers: &[(&str, &str)], after: &str) {
        let get = |path| {
            let reply = self.get_with(path, headers);
            assert_eq!(reply.status, 200, "{}", reply.body);
            reply
        };
        assert_eq!(get("/executions").json()["items"], serde_json::json!([]), "the log, after {after}");
        let metrics = get("/metrics").body;
        let lines = |name: &'static str| metrics.lines().filter(move |line| line.starts_with(name));
        assert_eq!(lines("runtray_executions_total").count(), 0, "the figures, after {after}:\n{metrics}");
        for gauge in ["runtray_running_executions ", "runtray_queued_executions "] {
            assert!(lines(gauge).all(|line| line.ends_with(" 0")), "the figures, after {after}:\n{metrics}");
        }
        assert_eq!(self.run_folders(), Vec::<String>::new(), "the runs' folders, after {after}");
    }

    /// The folders of present runs, without the folders of waiting interpreters.
    pub(crate) fn run_folders(&self) -> Vec<String> {
        let (_, runs) = self.folders().into_iter().partition::<Vec<_>, _>(|folder| waits(folder));
        runs.into_iter().map(|folder| folder.display().to_string()).collect()
    }

    /// The number of folders with a waiting interpreter.
    #[cfg(target_os = "linux")]
    pub(crate) fn waiting_folders(&self) -> usize {
        self.folders().iter().filter(|folder| waits(folder)).count()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let engines = entries(&self.runs_folder()).into_iter().map(|engine| self.runs_folder().join(engine));
        let runs = engines.flat_map(|engine| entries(&engine).into_iter().map(move |run| engine.join(run)));
        runs.filter(|run| run.is_dir()).collect()
    }

    /// The number of requests that a rule of the guard has refused.
    pub(crate) fn refused_by(&self, rule: &str) -> u64 {
        self.figure(&format!("runtray_refused_requests_total{{rule=\"{rule}\"}}"))
    }

    /// The number of executions of a language that used a prestarted interpreter.
    pub(crate) fn warm_runs(&self, language: &str) -> u64 {
        self.figure(&format!("runtray_warm_executions_total{{language=\"{language}\"}}"))
    }

    /// The number of waiting interpreters of a language.
    pub(crate) fn waiting(&self, language: &str) -> u64 {
        self.figure(&format!("runtray_waiting_interpreters{{language=\"{language}\"}}"))
    }

    /// A metric of `/metrics`; 0 if there is none with this name and labels.
    fn figure(&self, name: &str) -> u64 {
        let metrics = self.get_with("/metrics", &[("Connection", "close")]).body;
        metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0)
    }

    /// The peak memory of the service's own process, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The present memory of the service's own process, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.memory("VmRSS:")
    }

    #[cfg(target_os = "linux")]
    fn memory(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the service runs");
        let size = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
        size.and_then(|kib| kib.parse::<u64>().ok()).expect("a size") * 1024
    }
}

/// Whether an interpreter waits in this folder: its program is a named pipe.
#[cfg(unix)]
fn waits(folder: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let work = folder.join("work");
    let is_pipe = |name: &String| fs::symlink_metadata(work.join(name)).is_ok_and(|file| file.file_type().is_fifo());
    entries(&work).iter().filter(|name| name.starts_with("main.")).any(is_pipe)
}

#[cfg(not(unix))]
fn waits(_folder: &Path) -> bool {
    false
}

/// The names in a folder; none if it does not exist.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
