//! A container of the fake daemon: a folder, and a real process of this machine in place of the program.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

use super::http::frame;

/// A container.
pub(super) struct FakeContainer {
    /// The body of the request that created it.
    pub(super) body: Value,
    /// The place of its `/work`.
    folder: tempfile::TempDir,
    pub(super) is_running: bool,
    /// The program that the service wants to run.
    pub(super) exec: Option<Value>,
    /// The process group of the program.
    group: Option<Pid>,
    /// The exit code of the program once it has ended.
    pub(super) ended: Option<i64>,
    pub(super) has_begun: bool,
}

impl FakeContainer {
    pub(super) fn new(body: Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { body, folder, is_running: false, exec: None, group: None, ended: None, has_begun: false }
    }

    /// Unpacks an archive into `/work`.
    pub(super) fn unpack(&self, archive: &[u8]) -> io::Result<()> {
        tar::Archive::new(archive).unpack(self.folder.path())
    }

    /// An archive of `/work`, as Docker makes it.
    pub(super) fn pack(&self) -> io::Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        builder.follow_symlinks(false);
        builder.append_dir_all("work", self.folder.path())?;
        builder.into_inner()
    }

    /// Starts its program, and gives its process.
    pub(super) fn spawn(&mut self) -> io::Result<Child> {
        let exec = self.exec.clone().unwrap_or_default();
        let texts = |name: &str| -> Vec<String> {
            let list = exec[name].as_array().cloned().unwrap_or_default();
            list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let command = texts("Cmd");
        let stdin = if exec["AttachStdin"] == true { Stdio::piped() } else { Stdio::null() };
        let variables = texts("Env");
        let child = Command::new(&command[0])
            .args(&command[1..])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(variables.iter().filter_map(|variable| variable.split_once('=')))
            .current_dir(self.folder.path())
            .process_group(0)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        self.group = Some(Pid::from_raw(i32::try_from(child.id()).expect("a pid")));
        self.has_begun = true;
        Ok(child)
    }

    /// Sends a signal to all processes of the program.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = killpg(group, signal);
        }
    }

    /// Ends everything in it.
    pub(super) fn stop(&mut self) {
        self.signal(Signal::SIGKILL);
        self.is_running = false;
    }
}

impl Drop for FakeContainer {
    fn drop(&mut self) {
        self.stop();
        // The program may have made folders inaccessible.
        let _ = Command::new("chmod").args(["-R", "u+rwX"]).arg(self.folder.path()).status();
        let _ = fs::remove_dir_all(self.folder.path());
    }
}

/// Moves the streams of `child` over `stream` until its output ends, and gives its exit code as Docker does.
pub(super) fn attach(mut child: Child, stream: &UnixStream, chunk: usize) -> i64 {
    let writer = Arc::new(Mutex::new(stream.try_clone().expect("a stream")));
    if let Some(mut stdin) = child.stdin.take() {
        let mut typed = stream.try_clone().expect("a stream");
        // The thread ends with the client's half of the connection.
        thread::spawn(move || io::copy(&mut typed, &mut stdin));
    }
    let (stdout, stderr) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
    let other = Arc::clone(&writer);
    let errors = thread::spawn(move || pump(stderr, &other, 2, chunk));
    pump(stdout, &writer, 1, chunk);
    errors.join().expect("a thread");
    let status = child.wait().expect("an end");
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    status.code().or(signal.map(|signal| 128 + signal)).map(i64::from).expect("a code")
}

fn pump(mut from: impl Read, to: &Mutex<UnixStream>, number: u8, chunk: usize) {
    let mut bytes = vec![0; chunk];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let mut to = to.lock().expect("a stream");
        if frame(&mut *to, number, &bytes[..count]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
