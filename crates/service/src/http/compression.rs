//! Compressed request bodies.

use std::io;

use async_compression::tokio::bufread::{GzipDecoder, ZlibDecoder};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::TryStreamExt;
use runtray_engine::excerpt;
use tokio_util::io::{ReaderStream, StreamReader};

use super::error::Error;

/// Bytes that are expanded at once.
const CHUNK: usize = 64 << 10;

/// How a body is compressed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// The coding that the headers declare; `None` for a body that is not compressed.
    ///
    /// # Errors
    /// The coding is not supported, or several are declared.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let declared: Vec<_> = headers
            .get_all(header::CONTENT_ENCODING)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let declared = declared.join(", ");
        match declared.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(None),
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            "deflate" => Ok(Some(Self::Deflate)),
            _ => Err(Error::UnsupportedCoding(excerpt(&declared).into_owned())),
        }
    }

    /// The expanded body. A body that is broken ends with an error.
    pub(super) fn expand(self, body: Body) -> Body {
        let compressed = StreamReader::new(body.into_data_stream().map_err(io::Error::other));
        match self {
            Self::Gzip => Body::from_stream(ReaderStream::with_capacity(GzipDecoder::new(compressed), CHUNK)),
            Self::Deflate => Body::from_stream(ReaderStream::with_capacity(ZlibDecoder::new(compressed), CHUNK)),
        }
    }
}
