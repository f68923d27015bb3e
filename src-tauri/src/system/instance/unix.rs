//! A Unix socket in the data folder, or in a temporary folder if the path of the data folder is too long.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::sync::mpsc;

use super::request::LaunchRequest;
use super::{ATTENTION, hear};
use crate::system::shutdown::Shutdown;

/// The longest path of a socket that every Unix supports.
const LONGEST_PATH: usize = 100;

/// The socket, removed when dropped.
pub(super) struct Endpoint {
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl Endpoint {
    /// Listens in or for the folder `data`, whose lock is held: an existing socket there is stale.
    pub(super) fn open(data: &Path) -> io::Result<(Self, UnixListener)> {
        let usual = data.join("app.socket");
        let is_short = usual.as_os_str().len() <= LONGEST_PATH && usual.to_str().is_some();
        let folder = if is_short { None } else { Some(tempfile::Builder::new().prefix("runtray-").tempdir()?) };
        let path = folder.as_ref().map_or(usual, |folder| folder.path().join("app.socket"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok((Self { path, _folder: folder }, listener))
    }

    /// The address for [`say`].
    pub(super) fn address(&self) -> &str {
        self.path.to_str().unwrap_or_default()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // This only fails if the file was deleted already.
        let _ = fs::remove_file(&self.path);
    }
}

/// Handles every caller of this user, as long as the app lives.
pub(super) async fn attend(listener: UnixListener, requests: mpsc::Sender<LaunchRequest>, shutdown: Shutdown) {
    let own = nix::unistd::geteuid().as_raw();
    loop {
        match listener.accept().await {
            Ok((caller, _)) if caller.peer_cred().is_ok_and(|peer| peer.uid() == own) => {
                tokio::spawn(hear(caller, requests.clone(), shutdown.clone()));
            }
            Ok(_) => tracing::warn!("another user's second start was turned away"),
            Err(error) => {
                tracing::warn!(%error, "a second start could not be heard");
                tokio::time::sleep(super::PAUSE).await;
            }
        }
    }
}

/// Sends `word` to the app that listens at `address`, and gives its answer.
pub(super) fn say(address: &str, word: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(address)?;
    stream.set_read_timeout(Some(ATTENTION))?;
    stream.set_write_timeout(Some(ATTENTION))?;
    stream.write_all(format!("{word}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
