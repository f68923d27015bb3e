//! How often a large program is in memory: once beside its request's own buffer, and once while it runs.
//!
//! The service is a part of this program, whose allocator counts the blocks that a copy of the program would fit into.
#![expect(unsafe_code, reason = "an allocator is unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use runtray_service::paths::Paths;
use runtray_service::settings::SettingsStore;
use runtray_service::{Lifecycle, Options};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// A copy of the program has at least so many bytes.
const PROGRAM: usize = 16 << 20;
/// The program is sent as JSON in so many pieces, of the size below. Each piece has an escape, as each line of a program does.
const PIECES: usize = 17;
const PIECE: usize = 1 << 20;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts the blocks of at least [`PROGRAM`] bytes.
struct Counting;

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static EVER: AtomicUsize = AtomicUsize::new(0);

fn born(bytes: usize) {
    if bytes >= PROGRAM {
        MOST.fetch_max(ALIVE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        EVER.fetch_add(1, Ordering::SeqCst);
    }
}

fn died(bytes: usize) {
    if bytes >= PROGRAM {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        born(layout.size());
        // SAFETY: the caller meets the conditions of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        died(layout.size());
        // SAFETY: the caller meets the conditions of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // A copy that grows is still one copy.
        if (layout.size() >= PROGRAM) != (bytes >= PROGRAM) {
            died(layout.size());
            born(bytes);
        }
        // SAFETY: the caller meets the conditions of `realloc`.
        unsafe { System.realloc(block, layout, bytes) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    runtray_engine::enter();
    drop(vec![0_u8; PROGRAM]);
    assert_eq!((ALIVE.load(Ordering::SeqCst), EVER.load(Ordering::SeqCst)), (0, 1), "the allocator does not count");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let test = timeout(PATIENCE, a_program_is_in_memory_once());
        test.await.expect("an answer in time");
    });
    eprintln!("test a large program is in memory once ... ok");
}

async fn a_program_is_in_memory_once() {
    let folder = TempDir::new().expect("a folder");
    let below = |name: &str| folder.path().join(name);
    // The program visits a server on this machine, which the sandbox would close.
    fs::write(below("settings.toml"), "isolation = \"none\"\n[limits]\nbody_bytes = 33554432\n").expect("settings");
    let lifecycle = Lifecycle::new(Options {
        settings: SettingsStore::open(&below("settings.toml")),
        paths: Paths { config: below("config"), data: below("data"), runs: below("runs") },
        port: Some(0),
        listen: None,
        allow_origins: Vec::new(),
        token: None,
    });
    let service = lifecycle.start().await.expect("it starts");
    let port = service.addresses()[0].port();
    // A service that runs as root asks every client for it.
    let token = fs::read_to_string(below("data").join("token")).unwrap_or_default();
    for field in ["code", "stdin", "files"] {
        check(port, token.trim(), field).await;
    }
    lifecycle.stop().await;
}

/// Runs a program whose `field` is large. It waits until the copies were counted.
async fn check(port: u16, token: &str, field: &str) {
    let (most, ever) = (&MOST, &EVER);
    most.store(0, Ordering::SeqCst);
    ever.store(0, Ordering::SeqCst);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let mut connection = send(port, token, field, listener.local_addr().expect("an address").port()).await;
    let mut answer = String::new();
    let visit = tokio::select! {
        visit = listener.accept() => visit.expect("the program runs"),
        read = connection.read_to_string(&mut answer) => {
            assert!(answer.contains("runtime_not_found"), "it was not run: {read:?} {answer}");
            return eprintln!("not tested: copies of {field}: no Python is installed here");
        }
    };
    let counted = |what: &AtomicUsize| what.load(Ordering::SeqCst);
    // Only the program: its request's buffer is gone.
    assert_eq!(counted(&ALIVE), 1, "{field}: copies in memory while it runs");
    drop(visit);
    connection.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""success":true"#), "{answer}");
    // The request's buffer, and the program.
    assert_eq!((counted(most), counted(ever)), (2, 2), "{field}: copies at once, and copies in all");
    while counted(&ALIVE) > 0 {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Posts the program without holding it whole, and returns the connection.
async fn send(port: u16, token: &str, field: &str, visited: u16) -> TcpStream {
    let code = format!("import socket; socket.create_connection(('127.0.0.1', {visited})).recv(1)");
    let (before, after) = match field {
        "code" => (format!(r##"{{"code":"{code} #"##), r#""}"#),
        "stdin" => (format!(r#"{{"code":"{code}","stdin":""#), r#""}"#),
        _ => (format!(r#"{{"code":"{code}","files":[{{"path":"large.txt","content":""#), r#""}]}"#),
    };
    let length = before.len() + PIECES * PIECE + after.len();
    let head = format!(
        "POST /execute HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{before}"
    );
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens");
    connection.write_all(head.as_bytes()).await.expect("it reads");
    let piece = format!(r"\n#{}", "x".repeat(PIECE - 3));
    for _ in 0..PIECES {
        connection.write_all(piece.as_bytes()).await.expect("it reads");
    }
    connection.write_all(after.as_bytes()).await.expect("it reads");
    connection
}
