//! The service as a part of another program, as the desktop has it: its states from start to stop, and again.
//!
//! On Linux the launcher is this same program started once more, which libtest's `main` knows nothing of.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runtray_service::places::Places;
use runtray_service::settings::Loaded;
use runtray_service::{Lifecycle, ListenError, Options, StartError, State};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    runtray_engine::enter();
    // One thread: whoever watches the state is asked before it changes again.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // First: an interpreter that is being started for its version has our sockets for a moment, that of the port too.
        said("a taken port fails, is named, and can be tried again", a_taken_port_fails_until_it_is_free()).await;
        said("it starts once, stops, and starts again", it_starts_once_and_stops()).await;
        said("a restart takes the port that the settings have now", a_restart_takes_the_new_port()).await;
    });
}

async fn said(what: &str, test: impl Future<Output = ()>) {
    timeout(PATIENCE, test).await.unwrap_or_else(|_| panic!("it takes too long that {what}"));
    eprintln!("test {what} ... ok");
}

/// A lifecycle in a folder of its own, and the states that it went through.
struct Fixture {
    lifecycle: Lifecycle,
    states: Arc<Mutex<Vec<State>>>,
    settings: PathBuf,
    _folder: TempDir,
}

impl Fixture {
    fn new(port: u16) -> Self {
        let folder = TempDir::new().expect("a folder");
        let settings = folder.path().join("settings.toml");
        save_port(&settings, port);
        let below = |name: &str| folder.path().join(name);
        let lifecycle = Lifecycle::new(Options {
            settings: Loaded::from_file(&settings),
            settings_file: Some(settings.clone()),
            places: Places { config: below("config"), data: below("data"), runs: below("runs") },
            port: None,
            allow_origins: Vec::new(),
            token: None,
        });
        let states = watched(&lifecycle);
        Self { lifecycle, states, settings, _folder: folder }
    }

    /// The states' names since this was last asked.
    fn passed(&self) -> Vec<&'static str> {
        self.states.lock().expect("the states").drain(..).map(|state| state.name()).collect()
    }

    /// Waits until the last state has been seen, and compares. Who watches may miss a state that lasts no time, but sees the
    /// others in order, and always the last one.
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

/// Everything that the state becomes from now on.
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

/// A port that nobody listens on.
async fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn is_served(port: u16) -> bool {
    TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.is_ok()
}

/// Waits until nobody is served, which is at once but for such a moment.
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
    assert!(reason.starts_with(&format!("port {port} is in use on 127.0.0.1 by ")), "{reason}");
    if cfg!(any(target_os = "linux", target_os = "macos")) {
        let us = std::process::id();
        assert_eq!(holder, Some(us));
        assert!(reason.contains(&format!("(process {us})")), "{reason}");
    }
    one.check_passed(&["starting", "failed"]).await;
}
