//! A server that does nothing and answers at once. Requests to it measure the cost of the client and of loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use anyhow::Result;

const BODY: &str = r#"{"success":true,"output":"hi\n","error":"","status":"completed"}"#;

/// Starts the server, which runs until this process ends, and gives its port.
///
/// # Errors
/// No port can be opened.
pub(crate) fn start() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that disconnects ends its thread with an error, which is expected.
            thread::spawn(move || answer(stream));
        }
    });
    Ok(port)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream.try_clone()?);
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
    while let Some(length) = header(&mut requests)? {
        requests.read_exact(&mut vec![0; length])?;
        stream.write_all(response.as_bytes())?;
    }
    Ok(())
}

/// Reads the head of a request and gives the length of the body; `None` at the end of the connection.
fn header(requests: &mut impl BufRead) -> std::io::Result<Option<usize>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if requests.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap_or(0),
            None if line.trim_end().is_empty() => return Ok(Some(length)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{header, start};
    use crate::client::Client;

    #[test]
    fn a_header_tells_the_length_of_the_body() {
        for (text, expected) in [
            ("", None),
            ("POST / HTTP/1.1\r\n", None),
            ("GET / HTTP/1.1\r\n\r\n", Some(0)),
            ("POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 12\r\n\r\n", Some(12)),
        ] {
            assert_eq!(header(&mut text.as_bytes()).expect("it reads"), expected, "{text:?}");
        }
    }

    #[test]
    fn the_client_gets_its_answers_on_one_connection() {
        let client = Client::new(start().expect("it starts"));
        client.health().expect("it is healthy");
        for _ in 0..2 {
            let answer = client.execute("python", "print('hi')", Duration::from_secs(1)).expect("it answers");
            assert_eq!((answer.output.as_str(), answer.output_truncated), ("hi\n", false));
        }
    }
}
