//! A server of updates on this machine, with every fault.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The server's answer to a path.
#[derive(Clone)]
pub(super) enum Reply {
    Whole(Vec<u8>),
    /// Announces this many bytes, sends these, and hangs up.
    Cut(u64, Vec<u8>),
    Status(u16),
    Redirect(String),
    /// Sends for ever.
    Endless,
    /// Reads the request and says nothing.
    Silent,
}

/// A server; it ends with the test program.
pub(super) struct Server {
    pub(super) port: u16,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let replies = Arc::new(Mutex::new(HashMap::new()));
        let known = replies.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let known = known.clone();
                thread::spawn(move || serve(stream, &known));
            }
        });
        Self { port, replies }
    }

    /// Sets the reply for a path.
    pub(super) fn set(&self, path: &str, reply: Reply) {
        self.replies.lock().expect("the replies").insert(path.to_owned(), reply);
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn serve(mut stream: TcpStream, known: &Mutex<HashMap<String, Reply>>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or_default();
    let reply = known.lock().expect("the replies").get(path).cloned().unwrap_or(Reply::Status(404));
    // The client hangs up when it has seen enough.
    let _ = match reply {
        Reply::Whole(body) => send(&mut stream, 200, body.len() as u64, &body),
        Reply::Cut(announced, body) => send(&mut stream, 200, announced, &body),
        Reply::Status(status) => send(&mut stream, status, 0, b""),
        Reply::Redirect(to) => {
            write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Reply::Endless => endless(&mut stream),
        Reply::Silent => {
            thread::sleep(Duration::from_secs(600));
            Ok(())
        }
    };
}

fn send(stream: &mut TcpStream, status: u16, length: u64, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(body)
}

fn endless(stream: &mut TcpStream) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
    loop {
        stream.write_all(&[b' '; 4096])?;
    }
}
