//! A client of the service that runs with these folders, which must prove its identity first.
//!
//! The address may be stale, and another program may use the port by now. So neither the token nor a program is sent before
//! the peer has answered a challenge that requires the token; requests then use the same connection.
//!
//! It speaks HTTP without a library: hyper needs an async runtime, which `runtray status` does not start, and ureq reconnects on
//! its own and does not hand over its connection, which `runtray run` needs for a WebSocket.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use runtray_service::paths::Paths;
use runtray_service::proof::Challenge;
use runtray_wire::Proof;

/// Time limit of the proof.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time limit of an answer afterwards: the service may have to search for interpreters first.
const ANSWER: Duration = Duration::from_secs(30);
/// The longest answer that is read, in bytes.
const LONGEST: usize = 4 << 20;

/// The program that listens on a port.
pub(crate) enum Peer {
    /// The service, over a connection that can be trusted, and its token.
    Service(Connection, String),
    /// Another program.
    Stranger,
    /// No program listens.
    Nobody(io::Error),
}

/// A connection to this machine.
pub(crate) struct Connection {
    stream: TcpStream,
    port: u16,
}

/// The token of the service with these folders; `None` if none ever ran.
pub(crate) fn token(paths: &Paths) -> Option<String> {
    let text = std::fs::read_to_string(paths.token_file()).ok()?;
    Some(text.trim().to_owned()).filter(|token| !token.is_empty())
}

/// Looks for the service on both loopback addresses of `port`.
pub(crate) fn find(port: u16, token: String) -> Peer {
    let mut found = Peer::Nobody(io::ErrorKind::ConnectionRefused.into());
    for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)] {
        let Ok(mut connection) = Connection::open(ip, port) else { continue };
        if connection.proves(&token) {
            return Peer::Service(connection, token);
        }
        found = Peer::Stranger;
    }
    found
}

impl Connection {
    /// Connects to the program that listens there.
    pub(crate) fn open(ip: IpAddr, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&SocketAddr::new(ip, port), PATIENCE)?;
        // Send each key at once.
        stream.set_nodelay(true)?;
        Ok(Self { stream, port })
    }

    fn proves(&mut self, token: &str) -> bool {
        let Ok(challenge) = Challenge::new(self.port) else { return false };
        let answer = self.exchange(&challenge.target(), None, PATIENCE).ok().filter(|(status, _)| *status == 200);
        let answer = answer.and_then(|(_, body)| serde_json::from_slice::<Proof>(&body).ok());
        answer.is_some_and(|answer| challenge.is_answered_by(&answer.proof, token))
    }

    /// The status and the body of a route's answer.
    ///
    /// # Errors
    /// The answer is malformed or late.
    pub(crate) fn get(&mut self, target: &str, token: Option<&str>) -> io::Result<(u16, Vec<u8>)> {
        self.exchange(target, token, ANSWER)
    }

    fn exchange(&mut self, target: &str, token: Option<&str>, patience: Duration) -> io::Result<(u16, Vec<u8>)> {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost:{}\r\n{token}\r\n", self.port);
        self.stream.set_write_timeout(Some(PATIENCE))?;
        self.stream.write_all(request.as_bytes())?;
        let deadline = Instant::now() + patience;
        let mut answer = Vec::new();
        loop {
            if let Some((status, body)) = parsed(&answer) {
                return Ok((status, body.to_vec()));
            }
            self.read(&mut answer, deadline)?;
        }
    }

    fn read(&mut self, answer: &mut Vec<u8>, deadline: Instant) -> io::Result<()> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || answer.len() > LONGEST {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut part = [0; 8192];
        match self.stream.read(&mut part)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                answer.extend(&part[..count]);
                Ok(())
            }
        }
    }

    /// The bare connection, for other protocols than one request and one response.
    ///
    /// # Errors
    /// The system cannot remove the timeouts.
    pub(crate) fn into_stream(self) -> io::Result<TcpStream> {
        self.stream.set_read_timeout(None)?;
        self.stream.set_write_timeout(None)?;
        self.stream.set_nonblocking(true)?;
        Ok(self.stream)
    }
}

/// The status and the body, once the whole response was received. The service always sends the length of the body.
fn parsed(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = str::from_utf8(&answer[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let body = &answer[end + 4..];
    body.get(..length?).map(|body| (status, body))
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_response_is_parsed_once_it_is_complete() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(parsed(whole), Some((200, &b"hi"[..])));
        for end in 0..whole.len() {
            assert_eq!(parsed(&whole[..end]), None, "{end} bytes");
        }
        assert_eq!(parsed(b"HTTP/1.1 200 OK\r\n\r\nhi"), None, "it does not say how long it is");
        assert_eq!(parsed(b"SSH-2.0-x\r\n\r\n"), None);
    }
}
