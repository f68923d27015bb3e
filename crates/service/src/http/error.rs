//! Why a request was not served. The one place that maps errors to HTTP responses.

use std::io;
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use runtray_engine::message::LocalizedMessage;
use runtray_wire::{Code, ErrorBody};

use runtray_engine::excerpt;

use super::access::need::Need;
use super::budget::Exhausted;
use super::from_wire::json::Invalid;
use super::to_wire::words;
use crate::runs::admission::{Load, Refused};
use crate::runs::error::RunError;
use crate::sentences as s;

const HOW_TO_SEND_IT: &str =
    "Send `Authorization: Bearer TOKEN`; `runtray config path --token` says which file holds it.";

/// The sentence that says why the token is needed.
fn why(need: Need) -> &'static str {
    match need {
        Need::Strict => "This service asks for a token.",
        Need::Root => {
            "This service runs as root, so it asks everybody for its token (in a container, RUNTRAY_CONTAINER=1 lifts that)."
        }
        Need::OtherUser => {
            "The program that sent this runs as another user of this machine, so it needs the token (`same_user_only` in the settings decides that)."
        }
        Need::NamedHost => "This name of the service is one of `allowed_hosts` in the settings, so it needs the token.",
        Need::OwnPage => {
            "A page of this service's own address needs the token (the page at /docs has a field for it), and so does a page behind a proxy that names neither its `Origin` nor its `Referer`."
        }
        Need::UnknownUser => {
            "It cannot be told which user's program sent this, so it needs the token (`same_user_only` in the settings decides that)."
        }
    }
}

/// The sentence about an unknown language.
fn unknown_language(name: &str, known: &[String], shells: &[String]) -> LocalizedMessage {
    let sentence = if shells.is_empty() { s::REFUSED_LANGUAGE } else { s::REFUSED_LANGUAGE_SHELLS };
    let known = if known.is_empty() { "–".to_owned() } else { known.join(", ") };
    let message = sentence.with("language", excerpt(name).into_owned()).with("known", known);
    if shells.is_empty() { message } else { message.with("shells", shells.join(", ")) }
}

/// Why a request was not served. Its text is the sentence that the client gets.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("The body is not valid JSON: {0}.")]
    InvalidJson(String),
    #[error("{0}")]
    InvalidRequest(String),
    #[error("{0}")]
    InvalidHost(&'static str),
    #[error("The header `{}` cannot be parsed, so the host that it names is unknown. Leave it out.", excerpt(.0))]
    MalformedForward(String),
    #[error("{} {HOW_TO_SEND_IT}", why(*.0))]
    TokenRequired(Need),
    #[error(
        "The token that was sent is not this service's; `runtray config path --token` says which file holds the right one."
    )]
    TokenWrong,
    #[error(
        "The host `{}` is not served here. Use http://localhost:{port}, or add the name to `allowed_hosts` in Runtray's settings and send the token.",
        excerpt(.host)
    )]
    HostNotAllowed { host: String, port: u16 },
    #[error(
        "A page at the host `{}` may not run code here. To allow it, add its origin to `allowed_origins` in Runtray's settings.",
        excerpt(.0)
    )]
    ForwardedHostNotAllowed(String),
    #[error(
        "Pages of the origin `{0}` may not run code here. To allow it, approve it in Runtray, add it to `allowed_origins` in the settings, or start with `--allow-origin {0}`."
    )]
    OriginNotAllowed(String),
    #[error(
        "Pages of the origin `{0}` were denied, so they may not run code here. To allow it, take it off `denied_origins` in Runtray's settings."
    )]
    OriginDenied(String),
    #[error(
        "Pages of the origin `{origin}` may not run code here, and because a page of their site was denied, Runtray does not ask about them until {until}. To allow them, add the origin to `allowed_origins` in the settings."
    )]
    SiteDenied { origin: String, until: String },
    #[error(
        "Pages that are opened from files or in sandboxed frames (their origin is `null`) cannot be allowed to run code here. Serve the page from http://localhost, and allow that origin."
    )]
    OriginOpaque,
    #[error(
        "`{}` is not an origin that could be allowed to run code here: http:// or https://, a host, and a port if it has one.",
        excerpt(.0)
    )]
    OriginUnusable(String),
    #[error(
        "Another site's page sent this without naming its origin. Requests of web pages must be made with `fetch` from an allowed origin."
    )]
    CrossSite,
    #[error("{0}")]
    NotFound(String),
    #[error("This route does not have that method; the header `Allow` names those it has.")]
    MethodNotAllowed,
    #[error("The execution {} has ended already.", excerpt(.0))]
    ExecutionFinished(String),
    #[error("The body is larger than {cap} bytes. Send less, or raise `limits.body_bytes` in the settings.")]
    BodyTooLarge { cap: usize },
    #[error("The body is larger than {cap} bytes, which is all that this route takes. Send less.")]
    RouteBodyTooLarge { cap: usize },
    #[error("Send the request as `Content-Type: application/json`.")]
    UnsupportedMediaType,
    #[error("A body with `Content-Encoding: {0}` cannot be read here. Send it as it is, or with `gzip` or `deflate`.")]
    UnsupportedCoding(String),
    #[error("{0}")]
    UnsupportedLanguage(LocalizedMessage),
    #[error("This language cannot be run here: {0}.")]
    RuntimeNotFound(LocalizedMessage),
    #[error("The program was not run: {0}.")]
    IsolationUnavailable(LocalizedMessage),
    #[error(
        "{} executions are running and {} are waiting, which is all that the settings allow. Try again in a moment.",
        .0.running, .0.queued
    )]
    TooManyExecutions(Load),
    #[error(
        "{0} interactive programs are running, which is all that `[admission] terminals` in the settings allows. End one, or raise it."
    )]
    TooManyTerminals(usize),
    #[error(
        "{0} programs wait for an answer in the Runtray app whether they may use the network, which is the limit. Answer them, or try again later."
    )]
    TooManyQuestions(usize),
    #[error(
        "Requests that wait and answers that were not taken yet fill all the memory that `[admission] waiting_bytes` in the settings gives them. Try again in a moment, or raise it."
    )]
    TooMuchWaiting,
    #[error("Too many WebSockets are open. Close one and try again.")]
    TooManyConnections,
    #[error("The disk that holds the runs' folders is full. Free some space and try again.")]
    DiskFull,
    #[error(
        "The system gives Runtray no more processes, open files or memory. End some programs, or raise the limits (`ulimit -u`, `ulimit -n`), and try again."
    )]
    Scarce,
    #[error("Runtray failed to serve this.")]
    Internal(String),
    #[error("Runtray is stopping and takes no new executions.")]
    ShuttingDown,
}

impl Error {
    /// The HTTP status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        status(self.code())
    }

    /// The code that the client gets. It determines the HTTP status.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::InvalidJson(_) => Code::InvalidJson,
            Self::InvalidRequest(_) => Code::InvalidRequest,
            Self::InvalidHost(_) | Self::MalformedForward(_) => Code::InvalidHost,
            Self::TokenRequired(_) | Self::TokenWrong => Code::TokenRequired,
            Self::HostNotAllowed { .. } | Self::ForwardedHostNotAllowed(_) => Code::HostNotAllowed,
            Self::OriginNotAllowed(_)
            | Self::OriginDenied(_)
            | Self::SiteDenied { .. }
            | Self::OriginOpaque
            | Self::OriginUnusable(_) => Code::OriginNotAllowed,
            Self::CrossSite => Code::CrossSite,
            Self::NotFound(_) => Code::NotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::ExecutionFinished(_) => Code::ExecutionFinished,
            Self::BodyTooLarge { .. } | Self::RouteBodyTooLarge { .. } => Code::BodyTooLarge,
            Self::UnsupportedMediaType | Self::UnsupportedCoding(_) => Code::UnsupportedMediaType,
            Self::UnsupportedLanguage(_) => Code::UnsupportedLanguage,
            Self::RuntimeNotFound(_) => Code::RuntimeNotFound,
            Self::IsolationUnavailable(_) => Code::IsolationUnavailable,
            Self::TooManyExecutions(_) | Self::TooManyTerminals(_) => Code::TooManyExecutions,
            Self::TooMuchWaiting | Self::TooManyConnections | Self::TooManyQuestions(_) | Self::Scarce => {
                Code::TooManyExecutions
            }
            Self::DiskFull | Self::Internal(_) => Code::Internal,
            Self::ShuttingDown => Code::ShuttingDown,
        }
    }

    /// The error as a translatable sentence, if it can appear in the app; the others only reach callers of the API.
    pub(crate) fn message(&self) -> Option<LocalizedMessage> {
        Some(match self {
            Self::UnsupportedLanguage(sentence) => sentence.clone(),
            Self::RuntimeNotFound(reason) => s::REFUSED_RUNTIME.with("reason", reason.clone()),
            Self::IsolationUnavailable(reason) => s::REFUSED_ISOLATION.with("reason", reason.clone()),
            Self::TooManyExecutions(load) => {
                s::REFUSED_TOO_MANY.with("running", load.running).with("queued", load.queued)
            }
            Self::TooManyTerminals(running) => s::REFUSED_TERMINALS.with("running", *running),
            Self::TooManyQuestions(waiting) => s::REFUSED_QUESTIONS.with("waiting", *waiting),
            Self::TooManyConnections => s::REFUSED_CONNECTIONS.message(),
            Self::BodyTooLarge { cap } => s::REFUSED_BODY.with("cap", *cap),
            Self::DiskFull => s::REFUSED_DISK_FULL.message(),
            Self::Internal(_) => s::REFUSED_INTERNAL.message(),
            Self::ShuttingDown => s::REFUSED_STOPPING.message(),
            _ => return None,
        })
    }

    /// The JSON that the client gets. For an internal error it only says where the log has the details.
    pub(crate) fn body(&self, request_id: &str) -> ErrorBody {
        let sentence = match self.code() {
            Code::Internal => format!("{self} Runtray's log says more under the request id {request_id}."),
            _ => self.to_string(),
        };
        ErrorBody::new(self.code(), sentence, self.message().as_ref().map(words))
    }

    /// A header that belongs to the response.
    pub(crate) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self.code() {
            Code::TokenRequired => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Code::TooManyExecutions => Some((header::RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => None,
        }
    }

    /// Logs the details that the client does not get.
    pub(crate) fn log(&self) {
        match self {
            Self::Internal(detail) => tracing::error!(detail, "internal error"),
            Self::DiskFull => tracing::error!("the disk that holds the runs' folders is full"),
            _ => tracing::debug!(code = ?self.code(), "refused"),
        }
    }

    /// An internal error; its detail is only logged.
    pub(crate) fn internal(detail: impl ToString) -> Self {
        Self::Internal(detail.to_string())
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full(load) => Self::TooManyExecutions(load),
            Refused::TerminalsFull(running) => Self::TooManyTerminals(running),
            Refused::Closed => Self::ShuttingDown,
        }
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::UnknownLanguage { name, known, shells } => {
                Self::UnsupportedLanguage(unknown_language(&name, &known, &shells))
            }
            RunError::NoRuntime(reason) => Self::RuntimeNotFound(reason),
            RunError::NoIsolation(reason) => Self::IsolationUnavailable(reason),
            RunError::Refused(refused) => refused.into(),
            RunError::TooManyQuestions(waiting) => Self::TooManyQuestions(waiting),
            RunError::Stopping => Self::ShuttingDown,
            RunError::Engine(error) => error.into(),
            RunError::Internal(detail) => Self::Internal(detail),
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        match invalid {
            Invalid::Json(reason) => Self::InvalidJson(reason),
            Invalid::Request(sentence) => Self::InvalidRequest(sentence),
        }
    }
}

impl From<Exhausted> for Error {
    fn from(Exhausted: Exhausted) -> Self {
        Self::TooMuchWaiting
    }
}

impl From<runtray_engine::Error> for Error {
    fn from(error: runtray_engine::Error) -> Self {
        match error {
            runtray_engine::Error::NoSandbox(_)
            | runtray_engine::Error::NotInWasm(_)
            | runtray_engine::Error::NoContainer(_)
            | runtray_engine::Error::NotInContainer(_)
            | runtray_engine::Error::NoNetwork(_) => Self::IsolationUnavailable(error.message()),
            runtray_engine::Error::Workspace(source) if is_full(&source) => Self::DiskFull,
            runtray_engine::Error::Workspace(source)
            | runtray_engine::Error::Start { source, .. }
            | runtray_engine::Error::Supervisor(source)
                if is_scarce(&source) =>
            {
                tracing::warn!(error = %source, "the system lacks the resources to run a program");
                Self::Scarce
            }
            runtray_engine::Error::Workspace(_)
            | runtray_engine::Error::LongFolder { .. }
            | runtray_engine::Error::Start { .. }
            | runtray_engine::Error::Supervisor(_) => Self::internal(error),
        }
    }
}

impl From<runtray_engine::InvalidRequest> for Error {
    fn from(invalid: runtray_engine::InvalidRequest) -> Self {
        Self::InvalidRequest(format!("{invalid}."))
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether the system has run out of processes (EAGAIN), file descriptors or memory.
fn is_scarce(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory)
        || (cfg!(unix) && matches!(error.raw_os_error(), Some(ENFILE | EMFILE)))
}

/// The HTTP status that goes with a code.
fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidJson | Code::InvalidRequest | Code::InvalidHost => StatusCode::BAD_REQUEST,
        Code::TokenRequired => StatusCode::UNAUTHORIZED,
        Code::HostNotAllowed | Code::OriginNotAllowed | Code::CrossSite => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::ExecutionFinished => StatusCode::CONFLICT,
        Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::UnsupportedLanguage | Code::RuntimeNotFound | Code::IsolationUnavailable => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Code::TooManyExecutions => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The error as a response's extension, for the middleware, which knows the request's id and writes the body.
#[derive(Clone)]
pub(crate) struct Undelivered(pub(crate) Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = status.into_response();
        response.extensions_mut().insert(Undelivered(Arc::new(self)));
        response
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Error;

    #[test]
    fn internal_detail_stays_out_of_the_body() {
        let error = Error::from(runtray_engine::Error::Workspace(io::Error::other("/home/ada/secret")));
        let body = error.body("01J");
        assert_eq!(serde_json::to_value(body.code).expect("a code"), "internal");
        assert!(body.error.contains("01J") && !body.error.contains("ada"), "{}", body.error);
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_lacks_is_named() {
        for code in [11, 12, 23, 24] {
            let error = Error::from(runtray_engine::Error::Supervisor(io::Error::from_raw_os_error(code)));
            let expected = cfg!(target_os = "linux") || code != 11;
            assert_eq!(error.to_string().contains("ulimit"), expected, "{code}: {error}");
        }
    }

    #[test]
    fn a_full_disk_is_named() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let body = Error::from(runtray_engine::Error::Workspace(full)).body("01J");
        assert!(body.error.contains("disk") && body.error.contains("full"), "{}", body.error);
    }
}
