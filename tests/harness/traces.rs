//! What executions leave behind in a service: in its log, its figures, its folders and its memory.

use std::fs;
use std::path::{Path, PathBuf};

use super::Service;

impl Service {
    /// Checks that no program was ever started, and that none waits or runs.
    ///
    /// # Panics
    /// There is a trace of one, naming `after`.
    pub(crate) fn assert_nothing_ran(&self, after: &str) {
        self.assert_nothing_ran_asking_with(&[], after);
    }

    /// The same where the service wants headers, such as its token, to say so.
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

    /// The folders of present runs. The folder of a waiting interpreter is left out.
    pub(crate) fn run_folders(&self) -> Vec<String> {
        let (_, runs) = self.folders().into_iter().partition::<Vec<_>, _>(|folder| waits(folder));
        runs.into_iter().map(|folder| folder.display().to_string()).collect()
    }

    /// How many folders there are in which an interpreter waits for a program.
    #[cfg(target_os = "linux")]
    pub(crate) fn spare_folders(&self) -> usize {
        self.folders().iter().filter(|folder| waits(folder)).count()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let engines = entries(&self.runs_folder()).into_iter().map(|engine| self.runs_folder().join(engine));
        let runs = engines.flat_map(|engine| entries(&engine).into_iter().map(move |run| engine.join(run)));
        runs.filter(|run| run.is_dir()).collect()
    }

    /// How many requests a rule of the guard has refused.
    pub(crate) fn refused_by(&self, rule: &str) -> u64 {
        self.figure(&format!("runtray_refused_requests_total{{rule=\"{rule}\"}}"))
    }

    /// How many executions of a language ran in an interpreter that had waited for them.
    #[cfg(unix)]
    pub(crate) fn warm_runs(&self, language: &str) -> u64 {
        self.figure(&format!("runtray_warm_executions_total{{language=\"{language}\"}}"))
    }

    /// How many interpreters of a language wait.
    #[cfg(unix)]
    pub(crate) fn waiting(&self, language: &str) -> u64 {
        self.figure(&format!("runtray_waiting_interpreters{{language=\"{language}\"}}"))
    }

    /// A figure of `/metrics`; 0 where it has none of that name and labels.
    fn figure(&self, name: &str) -> u64 {
        let metrics = self.get_with("/metrics", &[("Connection", "close")]).body;
        metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0)
    }

    /// The most memory that the service's own process ever held, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The memory that the service's own process holds now, in bytes.
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

/// Whether an interpreter waits in a run's folder: its program is a pipe.
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

/// The names in a folder, none where there is no folder.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
