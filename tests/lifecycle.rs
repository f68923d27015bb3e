//! The service embedded in another program, as in the desktop app: its states from start to stop, and again.
//!
//! On Linux the launcher is this program started once more, which libtest's `main` does not support.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runtray_engine::message::LocalizedMessage;
use runtray_service::origin::Origin;
use runtray_service::paths::Paths;
use runtray_service::settings::{ChangeError, SettingsStore};
use runtray_service::{Lifecycle, ListenError, Options, StartError, State};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// Longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    runtray_engine::enter();
    // A single thread, so that an observer sees each state before the next one.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // This goes first: an interpreter that is probed for its version inherits the sockets for a moment, also the port's.
        reported("a taken port fails, is named, and can be tried again", a_taken_port_fails_until_it_is_free()).await;
        reported("it starts once, stops, and starts again", it_starts_once_and_stops()).await;
        reported("a broken settings file opens nothing", a_broken_settings_file_opens_nothing()).await;
        reported("a language that was written into the file is listed at once", a_new_language_is_listed()).await;
        reported("problems of a running service are published and withdrawn", problems_come_and_go()).await;
        reported("a restart takes the port that the settings have now", a_restart_takes_the_new_port()).await;
    });
}

async fn reported(what: &str, test: impl Future<Output = ()>) {
    timeout(PATIENCE, test).await.unwrap_or_else(|_| panic!("it takes too long that {what}"));
    eprintln!("test {what} ... ok");
}

/// A lifecycle with its own folder, and the states that it passed through.
struct Fixture {
    lifecycle: Lifecycle,
    states: Arc<Mutex<Vec<State>>>,
    settings: PathBuf,
    folder: TempDir,
}

impl Fixture {
    fn new(port: u16) -> Self {
        let folder = TempDir::new().expect("a folder");
        let settings = folder.path().join("settings.toml");
        save_port(&settings, port);
        let lifecycle = Lifecycle::new(options(folder.path(), &settings));
        let states = watched(&lifecycle);
        Self { lifecycle, states, settings, folder }
    }

    /// The names of the states since the last call.
    fn passed(&self) -> Vec<&'static str> {
        self.states.lock().expect("the states").drain(..).map(|state| state.name()).collect()
    }

    /// Waits until the last expected state was seen, and compares. An observer may miss a short state, but sees the others in
    /// order, and always the last one.
    async fn check_passed(&self, expected: &[&str]) {
        let last = self.lifecycle.state().borrow().clone();
        while self.states.lock().expect("the states").last().is_none_or(|seen| *seen != last) {
            tokio::task::yield_now().await;
        }
        let passed = self.passed();
        let mut rest = expected.iter();
        let in_order = passed.iter().all(|state| rest.any(|next| next == state));
        assert!(in_order && passed.last() == expected.last(), "{passed:?} and not {expected:?}");
    }
}

/// The options of a service with its folders in `folder`.
fn options(folder: &Path, settings: &Path) -> Options {
    Options {
        settings: SettingsStore::open(settings),
        paths: Paths { config: folder.join("config"), data: folder.join("data"), runs: folder.join("runs") },
        port: None,
        listen: None,
        allow_origins: Vec::new(),
        token: None,
    }
}

/// Records every state from now on.
fn watched(lifecycle: &Lifecycle) -> Arc<Mutex<Vec<State>>> {
    let states = Arc::new(Mutex::new(Vec::new()));
    let (mut watch, seen) = (lifecycle.state(), states.clone());
    assert_eq!(*watch.borrow_and_update(), State::Stopped, "it begins");
    tokio::spawn(async move {
        while watch.changed().await.is_ok() {
            seen.lock().expect("the states").push(watch.borrow_and_update().clone());
        }
    });
    states
}

fn save_port(settings: &Path, port: u16) {
    fs::write(settings, format!("port = {port}\n[journal]\nenabled = false\n")).expect("settings");
}

/// The status of the answer to a page of `origin`, with or without the service's token. The request runs nothing.
async fn asked(port: u16, origin: &str, token: Option<&str>) -> u16 {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "POST /execute HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\n{token}Content-Type: application/json\r\n\
         Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens");
    connection.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// A broken settings file: the app writes nothing to it, and security settings stay closed.
async fn a_broken_settings_file_opens_nothing() {
    let port = free_port().await;
    let one = Fixture::new(port);
    let closed = format!("port = {port}\nallowed_origins = []\nrequire_token = true\n[journal]\nenabled = false\n");
    let slips = ["[desktop\n", "x = [\n", "port = 1\0\n", "require_token = \"no\"\n"];
    for slip in slips {
        let broken = if slip.starts_with("require") {
            closed.replace("require_token = true\n", slip)
        } else {
            format!("{closed}{slip}")
        };
        fs::write(&one.settings, &broken).expect("settings");
        one.lifecycle.restart().await.expect("it starts");
        let token = fs::read_to_string(one.folder.path().join("data/token")).expect("a token");
        let token = Some(token.trim());
        // The denial holds until the end of the process, although it cannot be saved.
        let evil: Origin = "https://evil.example".parse().expect("an origin");
        let denied = one.lifecycle.deny_origin(&evil).await.expect_err("it cannot be saved").to_string();
        assert!(denied.contains("refused until Runtray ends") && denied.contains("line "), "{denied}");
        // Every other change is refused, with the line of the mistake.
        let refused = [
            one.lifecycle.allow_origin(&"http://localhost:3000".parse().expect("an origin")).await.map(drop),
            one.lifecycle.revoke_origin(&evil).await.map(drop),
            change(&one.lifecycle, "desktop.theme", json!("dark")).await,
            change(&one.lifecycle, "port", json!(5001)).await,
            change(&one.lifecycle, "require_token", json!(false)).await,
        ];
        for refused in refused {
            let refused = refused.expect_err("a refusal").to_string();
            assert!(refused.contains("was not changed") && refused.contains("line "), "{refused}");
        }
        // Neither the file nor a copy beside it may have been written.
        assert_eq!(fs::read_to_string(&one.settings).expect("the file"), broken, "it was changed");
        let beside: Vec<_> =
            fs::read_dir(one.folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
        assert!(beside.iter().all(|name| !name.to_string_lossy().contains("broken")), "{beside:?}");
        // Pages stay refused in this service and after a restart.
        for _ in 0..2 {
            for page in ["https://evil.example", "http://localhost:3000"] {
                assert_eq!(asked(port, page, token).await, 403, "{page} with {slip:?}");
            }
            one.lifecycle.restart().await.expect("it starts again");
        }
        check_mended(&one, &closed, token).await;
    }
    one.lifecycle.stop().await;
}

/// A repaired file is in effect again, but origins that were denied meanwhile stay denied until they are allowed.
async fn check_mended(one: &Fixture, closed: &str, token: Option<&str>) {
    let both = "allowed_origins = [\"https://evil.example\", \"https://good.example\"]";
    fs::write(&one.settings, closed.replace("allowed_origins = []", both)).expect("settings");
    let service = one.lifecycle.restart().await.expect("it starts again");
    let port = service.addresses()[0].port();
    assert_eq!(asked(port, "https://good.example", token).await, 400, "the body is no program");
    assert_eq!(asked(port, "https://evil.example", token).await, 403, "who is denied stays denied");
    let evil: Origin = "https://evil.example".parse().expect("an origin");
    one.lifecycle.allow_origin(&evil).await.expect("the file is mended");
    assert_eq!(asked(port, "https://evil.example", token).await, 400, "who is allowed again");
}

async fn change(lifecycle: &Lifecycle, key: &str, value: Value) -> Result<(), ChangeError> {
    lifecycle.change_settings(BTreeMap::from([(key.to_owned(), Some(value))])).await.map(drop)
}

/// A port without a listener.
async fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn is_served(port: u16) -> bool {
    TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.is_ok()
}

/// Waits until no service answers on the port, which may take a moment while a probed interpreter holds its socket.
async fn until_free(port: u16) {
    while is_served(port).await {
        tokio::task::yield_now().await;
    }
}

async fn it_starts_once_and_stops() {
    let port = free_port().await;
    let one = Fixture::new(port);
    for _ in 0..2 {
        let service = one.lifecycle.start().await.expect("it starts");
        assert_eq!(service.url(), format!("http://localhost:{port}"));
        assert!(is_served(port).await);
        one.check_passed(&["starting", "running"]).await;
        let again = one.lifecycle.start().await.expect("it runs");
        assert_eq!((again.url(), one.passed()), (service.url(), Vec::new()), "a second start does nothing");
        one.lifecycle.stop().await;
        until_free(port).await;
        one.check_passed(&["stopping", "stopped"]).await;
        one.lifecycle.stop().await;
        assert_eq!(one.passed(), [""; 0], "a second stop does nothing");
    }
}

async fn a_restart_takes_the_new_port() {
    let (old, new) = (free_port().await, free_port().await);
    let one = Fixture::new(old);
    one.lifecycle.start().await.expect("it starts");
    one.check_passed(&["starting", "running"]).await;
    save_port(&one.settings, new);
    let service = one.lifecycle.restart().await.expect("it starts again");
    assert_eq!(service.url(), format!("http://localhost:{new}"));
    assert!(is_served(new).await);
    until_free(old).await;
    one.check_passed(&["stopping", "stopped", "starting", "running"]).await;
    one.lifecycle.stop().await;
}

async fn a_taken_port_fails_until_it_is_free() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = other.local_addr().expect("an address").port();
    let one = Fixture::new(port);
    for _ in 0..2 {
        let Err(StartError::Listen(ListenError::InUse { holder, .. })) = one.lifecycle.start().await else {
            panic!("port {port}, which is taken, was used")
        };
        check_failed(&one, port, holder.map(|holder| holder.pid)).await;
    }
    drop(other);
    one.lifecycle.start().await.expect("it starts once the port is free");
    assert!(is_served(port).await);
    one.check_passed(&["starting", "running"]).await;
    one.lifecycle.stop().await;
}

async fn check_failed(one: &Fixture, port: u16, holder: Option<u32>) {
    let state = one.lifecycle.state().borrow().clone();
    let State::Failed { reason, .. } = state else { panic!("it has not failed but is {state:?}") };
    let reason = reason.to_string();
    assert!(reason.starts_with(&format!("port {port} is in use on 127.0.0.1 by ")), "{reason}");
    if cfg!(any(target_os = "linux", target_os = "macos")) {
        let us = std::process::id();
        assert_eq!(holder, Some(us));
        assert!(reason.contains(&format!("(process {us})")), "{reason}");
    }
    one.check_passed(&["starting", "failed"]).await;
}

/// A token that cannot be used, and another service in the same folder.
async fn problems_come_and_go() {
    let port = free_port().await;
    let one = Fixture::new(port);
    let token = one.folder.path().join("data").join("token");
    fs::create_dir_all(&token).expect("a folder in the place of the file");
    let text = fs::read_to_string(&one.settings).expect("settings");
    fs::write(&one.settings, format!("require_token = true\n{text}")).expect("settings");
    let service = one.lifecycle.start().await.expect("it starts");
    let mut problems = service.problems();
    published(&mut problems, &["service.token"]).await;
    assert!(problems.borrow()[0].value("path").is_some_and(|path| path == token.display().to_string()));
    fs::remove_dir(&token).expect("a free place");
    change(&one.lifecycle, "desktop.theme", json!("dark")).await.expect("changed");
    published(&mut problems, &[]).await;
    let settings = one.folder.path().join("second.toml");
    save_port(&settings, free_port().await);
    let second = Lifecycle::new(options(one.folder.path(), &settings));
    let beside = second.start().await.expect("it starts beside the first");
    let mut told = beside.problems();
    published(&mut told, &["service.folder_in_use"]).await;
    assert_eq!(told.borrow()[0].value("address"), Some(service.url()));
    assert_eq!(codes(&problems.borrow()), [""; 0], "the first one is not to blame");
    second.stop().await;
    one.lifecycle.stop().await;
}

fn codes(problems: &[LocalizedMessage]) -> Vec<&'static str> {
    problems.iter().map(LocalizedMessage::code).collect()
}

async fn published(problems: &mut watch::Receiver<Vec<LocalizedMessage>>, expected: &[&str]) {
    problems.wait_for(|problems| codes(problems) == expected).await.expect("the service runs");
}

/// The window asks for the languages as soon as it hears that the file has changed.
async fn a_new_language_is_listed() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("settings.toml");
    save_port(&file, free_port().await);
    let options = options(folder.path(), &file);
    let store = options.settings.clone();
    let lifecycle = Lifecycle::new(options);
    let service = lifecycle.start().await.expect("it starts");
    let text = fs::read_to_string(&file).expect("settings");
    let row = "[[language]]\nname = \"mine\"\ncommand = [\"sh\"]\nextension = \"m\"\n";
    fs::write(&file, format!("{text}{row}")).expect("settings");
    store.refresh();
    let languages = service.languages().await;
    assert!(languages.iter().any(|one| one.language == "mine"), "{languages:?}");
    lifecycle.stop().await;
}
