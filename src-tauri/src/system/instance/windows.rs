//! A named pipe of this computer.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use tokio::sync::mpsc;
use windows_sys::Win32::UI::WindowsAndMessaging::{ASFW_ANY, AllowSetForegroundWindow};

use super::request::LaunchRequest;
use super::{ATTENTION, hear};
use crate::system::shutdown::Shutdown;

/// The pipe, gone with its last instance.
pub(super) struct Endpoint(String);

/// The pipe's next instance, and its name to make more.
pub(super) struct Listener {
    name: String,
    next: NamedPipeServer,
}

impl Endpoint {
    /// Listens under a unique name, which the address file contains.
    pub(super) fn open(_data: &Path) -> io::Result<(Self, Listener)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!(r"\\.\pipe\runtray-{}-{now}", std::process::id());
        let next = ServerOptions::new().first_pipe_instance(true).reject_remote_clients(true).create(&name)?;
        Ok((Self(name.clone()), Listener { name, next }))
    }

    /// The address for [`say`].
    pub(super) fn address(&self) -> &str {
        &self.0
    }
}

/// Handles every caller, as long as the app lives.
pub(super) async fn attend(mut listener: Listener, requests: mpsc::Sender<LaunchRequest>, shutdown: Shutdown) {
    loop {
        if let Err(error) = accept(&mut listener, &requests, &shutdown).await {
            tracing::warn!(%error, "a second start could not be heard");
            tokio::time::sleep(super::PAUSE).await;
        }
    }
}

async fn accept(
    listener: &mut Listener,
    requests: &mpsc::Sender<LaunchRequest>,
    shutdown: &Shutdown,
) -> io::Result<()> {
    listener.next.connect().await?;
    // The next instance exists before this one is handed over, so that a client always finds the pipe.
    let next = ServerOptions::new().reject_remote_clients(true).create(&listener.name)?;
    let caller = std::mem::replace(&mut listener.next, next);
    tokio::spawn(hear(caller, requests.clone(), shutdown.clone()));
    Ok(())
}

/// Sends `word` to the app that listens at `address`, and gives its answer.
pub(super) fn say(address: &str, word: &str) -> io::Result<String> {
    let pipe = File::options().read(true).write(true).open(address)?;
    #[expect(unsafe_code, reason = "only the program that the user has just started may hand the foreground on")]
    // SAFETY: it takes a number, and fails if this process may not set the foreground window.
    unsafe {
        AllowSetForegroundWindow(ASFW_ANY)
    };
    // A pipe has no timeouts, so an app that hangs is waited for on a thread, which ends with this process at the latest.
    let (answered, answer) = std::sync::mpsc::channel();
    let line = format!("{word}\n");
    std::thread::spawn(move || answered.send(exchange(pipe, &line)));
    answer.recv_timeout(ATTENTION).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn exchange(mut pipe: File, line: &str) -> io::Result<String> {
    pipe.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(pipe).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
