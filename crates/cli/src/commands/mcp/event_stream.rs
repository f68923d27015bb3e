//! Server-Sent Events, as `POST /execute` sends them.

use serde_json::Value;

/// An event: its name and its data.
pub(super) type Event = (String, Value);

/// Bytes of a stream that hold no whole event yet.
#[derive(Default)]
pub(super) struct EventStream {
    bytes: Vec<u8>,
    /// The bytes at the beginning that hold no end of an event.
    searched: usize,
}

impl EventStream {
    /// Takes more bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole event; comments are skipped.
    pub(super) fn next(&mut self) -> Option<Event> {
        loop {
            let found = self.bytes[self.searched..].windows(2).position(|two| two == b"\n\n");
            let Some(end) = found else {
                self.searched = self.bytes.len().saturating_sub(1);
                return None;
            };
            let block: Vec<u8> = self.bytes.drain(..self.searched + end + 2).collect();
            self.searched = 0;
            if let Some(event) = parsed(&String::from_utf8_lossy(&block)) {
                return Some(event);
            }
        }
    }
}

fn parsed(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some((field("event")?.to_owned(), serde_json::from_str(field("data")?).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::EventStream;

    #[test]
    fn events_come_out_whole_however_they_were_cut() {
        let text = ": running\n\nevent: stdout\ndata: {\"data\":\"ä\"}\n\nevent: finished\ndata: {}\n\n".as_bytes();
        for size in 1..text.len() {
            let (mut stream, mut events) = (EventStream::default(), Vec::new());
            for part in text.chunks(size) {
                stream.push(part);
                events.extend(std::iter::from_fn(|| stream.next()));
            }
            let expected = [("stdout".to_owned(), json!({"data": "ä"})), ("finished".to_owned(), json!({}))];
            assert_eq!(events, expected, "in parts of {size} bytes");
        }
    }
}
