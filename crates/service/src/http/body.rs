//! Request bodies: reading them up to a cap, and discarding the rest.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::budget::Share;
use super::compression::Coding;
use super::error::Error;
use super::observed_body::{Observed, Observer};

/// How many bytes of an unwanted body are discarded, so that its sender gets to read the response.
const MOST_DISCARDED_BYTES: u64 = 2 << 30;
/// How long an unwanted body is discarded. A busy machine needs some of it for a gigabyte, and a slow client for a megabyte.
const LONGEST_DISCARDING: Duration = Duration::from_secs(60);
/// How long the sender of an unwanted body may pause.
const LONGEST_PAUSE: Duration = if cfg!(test) { Duration::from_secs(1) } else { Duration::from_secs(10) };
/// A sender that sends nothing for this long is given up. A slow sender stays, unless the connection limit needs its connection.
const LONGEST_SILENCE: Duration = if cfg!(test) { Duration::from_secs(1) } else { Duration::from_secs(30) };

/// Reads a body of at most `cap` bytes, which count in `share` as they arrive. A body that declares more is refused unread. A
/// compressed body is expanded, and its expanded bytes count.
///
/// # Errors
/// The body is too large, incomplete, or stalls, or its compression is unknown, or the budget is exhausted.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, cap: usize, share: &mut Share) -> Result<Vec<u8>, Error> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > cap as u64) {
        return Err(Error::BodyTooLarge { cap });
    }
    if let Some(coding) = Coding::of(headers)? {
        body = coding.expand(body);
    }
    let expected = declared.map_or(0, |length| length as usize);
    let mut bytes = Vec::new();
    while let Some(part) = in_time(next(&mut body)).await? {
        // Checked for each part: the length may be undeclared, or false for a compressed body.
        if part.len() > cap - bytes.len() {
            return Err(Error::BodyTooLarge { cap });
        }
        share.grow(part.len())?;
        make_room(&mut bytes, part.len(), expected);
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Makes room for `more` bytes. The memory doubles as a body arrives, so that a client that only declares a large body gets
/// none for it, but does not exceed `expected` bytes.
fn make_room(bytes: &mut Vec<u8>, more: usize, expected: usize) {
    let after = bytes.len() + more;
    if after > bytes.capacity() {
        let doubled = after.max(2 * bytes.capacity());
        bytes.reserve_exact(if expected >= after { doubled.min(expected) } else { doubled } - bytes.len());
    }
}

async fn in_time(part: impl Future<Output = Result<Option<Bytes>, Error>>) -> Result<Option<Bytes>, Error> {
    let seconds = LONGEST_SILENCE.as_secs();
    let late =
        || Error::InvalidRequest(format!("Nothing more of the body came for {seconds} seconds: send all of it."));
    timeout(LONGEST_SILENCE, part).await.unwrap_or_else(|_| Err(late()))
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Error> {
    let incomplete = |why: &str| Error::InvalidRequest(format!("The body ended before it was complete: {why}."));
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => return Err(incomplete(&error.to_string())),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// Goes on receiving a request body after its handler has dropped it. Otherwise the connection would be reset while the
/// client still sends, and the client would see an error instead of the response. nginx calls this a lingering close;
/// `lingering_close` does it for headers.
pub(crate) struct Lingering {
    /// Whether the client waits for `100 Continue`, which hyper sends at the first read. Such a client sends no body yet.
    waits: bool,
}

impl Lingering {
    /// The body of a request with these headers.
    pub(crate) fn body(headers: &HeaderMap, body: Body) -> Body {
        Body::new(Observed::new(body, Self { waits: headers.contains_key(header::EXPECT) }))
    }
}

impl Observer<Body> for Lingering {
    fn polling(&mut self) {
        self.waits = false;
    }

    fn dropped(&mut self, body: &mut Body) {
        if self.waits || body.is_end_stream() {
            return;
        }
        let body = std::mem::take(body);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(LONGEST_DISCARDING, discard(body)));
        }
    }
}

async fn discard(mut body: Body) {
    let mut discarded = 0;
    while let Ok(Some(Ok(frame))) = timeout(LONGEST_PAUSE, body.frame()).await {
        discarded += frame.data_ref().map_or(0, |data| data.len() as u64);
        if discarded > MOST_DISCARDED_BYTES {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{HeaderMap, HeaderValue, header};
    use futures_util::{StreamExt, stream};
    use tokio::sync::mpsc::unbounded_channel;
    use tokio::time::{sleep, timeout};

    use super::{Error, LONGEST_PAUSE, LONGEST_SILENCE, Lingering};
    use crate::http::budget::Budget;

    /// A body in chunks, without a declared length.
    fn chunks(parts: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(parts.iter().map(|part| Ok::<_, std::io::Error>(*part))))
    }

    async fn read(headers: &HeaderMap, body: Body, cap: usize) -> Result<Vec<u8>, Error> {
        super::read(headers, body, cap, &mut Budget::new(1 << 20).share()).await
    }

    #[tokio::test]
    async fn the_cap_counts_for_bodies_of_unknown_length_too() {
        let none = HeaderMap::new();
        assert_eq!(read(&none, chunks(&["abc", "de"]), 5).await.expect("a body"), b"abcde");
        assert!(matches!(read(&none, chunks(&["abc", "def"]), 5).await, Err(Error::BodyTooLarge { cap: 5 })));
    }

    #[tokio::test]
    async fn a_declared_length_over_the_cap_is_refused_unread() {
        let headers = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from_static("6"))]);
        let unread = Body::from_stream(stream::poll_fn(|_| -> std::task::Poll<Option<Result<&str, std::io::Error>>> {
            panic!("the body was read")
        }));
        assert!(matches!(read(&headers, unread, 5).await, Err(Error::BodyTooLarge { .. })));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_the_client_s_fault() {
        let broken = Body::from_stream(stream::iter([Ok("abc"), Err(std::io::Error::other("gone"))]));
        assert!(matches!(read(&HeaderMap::new(), broken, 100).await, Err(Error::InvalidRequest(_))));
    }

    #[tokio::test]
    async fn a_compressed_body_is_capped_by_what_it_expands_to() {
        // `printf 'aaaaaaaaaa' | gzip -n | base64`
        let gzip = base64(b"H4sIAAAAAAAAA0tMhAEA8M0RTAoAAAA=");
        for (coding, taken) in
            [("gzip", true), ("x-gzip", true), ("GZIP", true), ("identity", true), ("br", false), ("gzip, gzip", false)]
        {
            let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(coding))]);
            let result = read(&headers, Body::from(gzip.clone()), 100).await;
            match coding {
                "identity" => assert_eq!(result.expect("a body"), gzip),
                _ if taken => assert_eq!(result.expect("a body"), b"aaaaaaaaaa", "{coding}"),
                _ => assert!(matches!(&result, Err(Error::UnsupportedCoding(name)) if name == coding), "{result:?}"),
            }
        }
        let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let bomb = read(&headers, Body::from(gzip.clone()), 9).await;
        assert!(matches!(bomb, Err(Error::BodyTooLarge { cap: 9 })), "{bomb:?}");
        let broken = read(&headers, Body::from("not gzip"), 100).await;
        assert!(matches!(broken, Err(Error::InvalidRequest(_))), "{broken:?}");
    }

    fn base64(text: &[u8]) -> Vec<u8> {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.decode(text).expect("base64")
    }

    #[tokio::test]
    async fn bodies_together_stay_within_the_budget() {
        let budget = Budget::new(8);
        let (mut first, mut second) = (budget.share(), budget.share());
        let none = HeaderMap::new();
        super::read(&none, chunks(&["abc", "de"]), 100, &mut first).await.expect("a body");
        let refused = super::read(&none, chunks(&["abc", "d"]), 100, &mut second).await;
        assert!(matches!(refused, Err(Error::TooMuchWaiting)), "{refused:?}");
        assert_eq!(budget.used(), 8, "what was read before it was refused counts until it is given up");
    }

    #[tokio::test]
    async fn a_slow_body_is_read_and_one_that_stops_is_given_up() {
        let none = HeaderMap::new();
        let slow = stream::iter(0..15).then(|_| async {
            sleep(LONGEST_SILENCE / 10).await;
            Ok::<_, std::io::Error>("x")
        });
        assert_eq!(read(&none, Body::from_stream(slow), 100).await.expect("a body").len(), 15);
        let stuck = Body::from_stream(stream::iter([Ok::<_, std::io::Error>("x")]).chain(stream::pending()));
        assert!(matches!(read(&none, stuck, 100).await, Err(Error::InvalidRequest(_))));
    }

    #[tokio::test]
    async fn an_unwanted_body_is_discarded_while_it_comes_and_given_up_when_it_stops() {
        let (told, mut heard) = unbounded_channel();
        let slow = stream::unfold((told, 0), |(told, parts)| async move {
            if parts == 15 {
                pending::<()>().await;
            }
            sleep(LONGEST_PAUSE / 10).await;
            told.send(()).ok()?;
            Some((Ok::<_, std::io::Error>("x"), (told, parts + 1)))
        });
        drop(Lingering::body(&HeaderMap::new(), Body::from_stream(slow)));
        let mut parts = 0;
        // Ends when the body is dropped.
        let all = async {
            while heard.recv().await.is_some() {
                parts += 1;
            }
        };
        timeout(Duration::from_secs(20), all).await.expect("it is given up");
        assert_eq!(parts, 15);
    }
}
