//! `GET /docs`: a page that shows the OpenAPI document and sends requests to its routes.
//!
//! Its files are part of this program and hold nothing of the user's, so they are served without the token; the other rules of
//! the guard hold. The page's requests are judged like any page's: its origin is this service's own, which needs the token.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Only our own files, no inline script or style, and no frame around the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// A file of the page.
struct File {
    path: &'static str,
    media_type: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($path:literal, $name:literal, $media_type:literal) => {
        File { path: $path, media_type: $media_type, text: include_str!(concat!("docs/", $name)) }
    };
}

const FILES: [File; 8] = [
    file!("/docs", "page.html", "text/html; charset=utf-8"),
    file!("/docs/page.css", "page.css", "text/css; charset=utf-8"),
    file!("/docs/main.js", "main.js", "text/javascript; charset=utf-8"),
    file!("/docs/elements.js", "elements.js", "text/javascript; charset=utf-8"),
    file!("/docs/schema.js", "schema.js", "text/javascript; charset=utf-8"),
    file!("/docs/operation.js", "operation.js", "text/javascript; charset=utf-8"),
    file!("/docs/request.js", "request.js", "text/javascript; charset=utf-8"),
    file!("/docs/icon.svg", "icon.svg", "image/svg+xml"),
];

/// The routes of the page. They are no part of the API, so they are not in its document.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.iter().fold(Router::new(), |routes, file| routes.route(file.path, get(async || serve(file))))
}

fn serve(file: &File) -> Response {
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, file.text).into_response()
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_that_the_page_names_is_served() {
        let served = |name: &str| FILES.iter().any(|file| file.path == format!("/docs/{name}"));
        for file in &FILES {
            for (_, rest) in file.text.match_indices("\"./").map(|(at, found)| file.text.split_at(at + found.len())) {
                let name = rest.split('"').next().unwrap_or_default();
                assert!(served(name), "{} names {name}", file.path);
            }
        }
        assert!(FILES[0].text.contains("docs/main.js") && served("main.js"));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        for file in FILES.iter().filter(|file| file.path != "/docs/icon.svg") {
            assert!(!file.text.contains("http://") && !file.text.contains("https://"), "{}", file.path);
        }
    }
}
