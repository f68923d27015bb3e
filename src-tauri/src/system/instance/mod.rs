//! One app for each data folder. A second start finds the first through that folder, without a session bus and from any session.
//!
//! The first app holds a lock on `app.lock` as long as it lives and writes its address to `app.address`: a Unix socket, or a
//! named pipe on Windows. If the lock is taken, a second start sends its request there as one word, and exits.

#[cfg(unix)]
#[path = "unix.rs"]
mod endpoint;
#[cfg(windows)]
#[path = "windows.rs"]
mod endpoint;

mod request;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use runtray_engine::private;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::system::shutdown::Shutdown;

pub(crate) use request::LaunchRequest;

/// How long a second start waits for the first, which may be starting or ending.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the first app listens to one caller, and a caller waits for its answer.
const ATTENTION: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
/// An upper bound of the length of a word, in bytes.
const LONGEST_WORD: u64 = 64;
/// Requests that were received and not handled yet.
const REQUESTS: usize = 16;

const DONE: &str = "done";
const ENDING: &str = "ending";

/// The result of claiming the data folder.
pub(crate) enum Claim {
    /// No other app uses the folder.
    First(Instance),
    /// Another app uses the folder, and was sent the request.
    Told,
}

/// The claim of this app on its data folder, until it is dropped.
pub(crate) struct Instance {
    data: PathBuf,
    /// `None` if the file system does not support locks.
    _lock: Option<File>,
    endpoint: Option<endpoint::Endpoint>,
}

/// Claims the folder `data` for this app, or sends `request` to the app that has claimed it.
///
/// # Errors
/// Another app has claimed the folder and does not answer.
pub(crate) fn claim(data: &Path, request: LaunchRequest) -> anyhow::Result<Claim> {
    let start = Instant::now();
    loop {
        if let Some(instance) = Instance::of(data) {
            return Ok(Claim::First(instance));
        }
        match tell(data, request).as_deref() {
            Ok(DONE) => return Ok(Claim::Told),
            // The other app is shutting down already.
            Ok(ENDING) if request.is_quit() => return Ok(Claim::Told),
            Ok(_) | Err(_) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Ok(_) => anyhow::bail!("Runtray is running{} and does not end", process(data)),
            Err(error) => anyhow::bail!(
                "Runtray is running{} but does not answer ({error}); end that process, then start Runtray again",
                process(data)
            ),
        }
    }
}

impl Instance {
    /// `None` if another app holds the lock.
    fn of(data: &Path) -> Option<Self> {
        let lock = match lock(data) {
            Ok(lock) => Some(lock),
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, folder = %data.display(), "a second app cannot be told from the first");
                None
            }
        };
        Some(Self { data: data.to_owned(), _lock: lock, endpoint: None })
    }

    /// Listens for second starts and sends their requests to the returned channel. During a shutdown it answers `ending`.
    pub(crate) fn listen(&mut self, shutdown: &Shutdown) -> mpsc::Receiver<LaunchRequest> {
        let (requests, heard) = mpsc::channel(REQUESTS);
        match endpoint::Endpoint::open(&self.data).and_then(|(endpoint, listener)| {
            announce(&self.data, endpoint.address())?;
            Ok((endpoint, listener))
        }) {
            Ok((endpoint, listener)) => {
                self.endpoint = Some(endpoint);
                tokio::spawn(endpoint::attend(listener, requests, shutdown.clone()));
            }
            Err(error) => tracing::warn!(%error, "second starts cannot reach this app"),
        }
        heard
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.endpoint.is_some() {
            // This only fails if the file was deleted already.
            let _ = fs::remove_file(address_file(&self.data));
        }
    }
}

fn lock(data: &Path) -> Result<File, TryLockError> {
    private::folder(data).map_err(TryLockError::Error)?;
    let open = private::open(&data.join("app.lock"), File::options().create(true).truncate(false).write(true));
    let file = open.map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
}

fn address_file(data: &Path) -> PathBuf {
    data.join("app.address")
}

/// Replaces the file atomically: a second start may read it at any moment.
fn announce(data: &Path, address: &str) -> io::Result<()> {
    let new = data.join("app.address.new");
    private::create(&new)?.write_all(format!("{address}\n{}\n", std::process::id()).as_bytes())?;
    fs::rename(new, address_file(data))
}

/// Sends `request` to the running app and returns its answer.
fn tell(data: &Path, request: LaunchRequest) -> io::Result<String> {
    let text = fs::read_to_string(address_file(data))?;
    endpoint::say(text.lines().next().unwrap_or_default(), request.word())
}

/// The process id of the running app in words, if it is known.
fn process(data: &Path) -> String {
    let text = fs::read_to_string(address_file(data)).unwrap_or_default();
    text.lines().nth(1).map(|id| format!(" (process {id})")).unwrap_or_default()
}

/// Reads one caller's request and answers it.
async fn hear(caller: impl AsyncRead + AsyncWrite + Unpin, requests: mpsc::Sender<LaunchRequest>, shutdown: Shutdown) {
    let heard = async {
        let mut caller = BufReader::new(caller);
        let mut word = String::new();
        (&mut caller).take(LONGEST_WORD).read_line(&mut word).await?;
        let answer = match LaunchRequest::of(word.trim_end()) {
            _ if shutdown.is_requested() => ENDING,
            Some(request) if requests.send(request).await.is_ok() => DONE,
            Some(_) => ENDING,
            None => "unknown",
        };
        caller.write_all(format!("{answer}\n").as_bytes()).await?;
        caller.flush().await
    };
    if !matches!(timeout(ATTENTION, heard).await, Ok(Ok(()))) {
        tracing::debug!("a second start said nothing or left");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::endpoint::{Endpoint, say};
    use super::{ATTENTION, Claim, Instance, LaunchRequest, claim};
    use crate::system::shutdown::Shutdown;

    async fn second(data: &Path, request: LaunchRequest) -> anyhow::Result<Claim> {
        let data = data.to_owned();
        tokio::task::spawn_blocking(move || claim(&data, request)).await.expect("a thread")
    }

    fn first(data: &Path) -> Instance {
        match claim(data, LaunchRequest::Open) {
            Ok(Claim::First(instance)) => instance,
            Ok(Claim::Told) => panic!("another app runs here"),
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_second_start_is_heard_and_the_folder_is_free_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        // Longer than the path of a socket may be.
        let data = folder.path().join("d".repeat(120));
        let mut instance = first(&data);
        let mut requests = instance.listen(&Shutdown::default());
        for request in [LaunchRequest::Open, LaunchRequest::Nothing, LaunchRequest::Quit, LaunchRequest::QuitWhenIdle] {
            assert!(matches!(second(&data, request).await, Ok(Claim::Told)));
            assert_eq!(requests.recv().await, Some(request));
        }
        drop(instance);
        let left: Vec<_> =
            std::fs::read_dir(&data).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["app.lock"]);
        first(&data);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_start_while_the_first_ends_waits_for_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut instance, shutdown) = (first(folder.path()), Shutdown::default());
        let _wishes = instance.listen(&shutdown);
        shutdown.request();
        for request in [LaunchRequest::Quit, LaunchRequest::QuitWhenIdle] {
            assert!(matches!(second(folder.path(), request).await, Ok(Claim::Told)), "it ends already");
        }
        let later = second(folder.path(), LaunchRequest::Open);
        let free = async {
            tokio::task::yield_now().await;
            drop(instance);
        };
        let (claimed, ()) = tokio::join!(later, free);
        assert!(matches!(claimed, Ok(Claim::First(_))));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_first_app_that_hangs_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let (hanging, _listener) = Endpoint::open(folder.path()).expect("an endpoint that nobody attends");
        let address = hanging.address().to_owned();
        let said = tokio::task::spawn_blocking(move || say(&address, LaunchRequest::Quit.word()));
        let answer = tokio::time::timeout(2 * ATTENTION, said).await.expect("it gives up").expect("a thread");
        assert!(answer.is_err(), "{answer:?}");
    }

    #[cfg(unix)]
    #[tokio::test(flavor = "multi_thread")]
    async fn files_of_a_killed_app_do_not_prevent_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut killed = first(folder.path());
        drop(killed.listen(&Shutdown::default()));
        std::fs::copy(folder.path().join("app.address"), folder.path().join("old")).expect("a copy");
        drop(killed);
        std::fs::rename(folder.path().join("old"), folder.path().join("app.address")).expect("a file");
        drop(std::os::unix::net::UnixListener::bind(folder.path().join("app.socket")).expect("a socket"));
        let mut instance = first(folder.path());
        let mut requests = instance.listen(&Shutdown::default());
        assert!(matches!(second(folder.path(), LaunchRequest::Open).await, Ok(Claim::Told)));
        assert_eq!(requests.recv().await, Some(LaunchRequest::Open));
    }
}
