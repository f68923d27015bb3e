//! The JSON of every error: the seed's shape plus a code.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Words;

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// 400: the body is not JSON.
    InvalidJson,
    /// 400: a field is missing, has a wrong type or a bad value.
    InvalidRequest,
    /// 400: no `Host`, two, or one that cannot be parsed.
    InvalidHost,
    /// 401: strict mode, and no or a wrong bearer token.
    TokenRequired,
    /// 403: `Host` or `X-Forwarded-Host` is not one that is served.
    HostNotAllowed,
    /// 403: `Origin` is not allowed.
    OriginNotAllowed,
    /// 403: another site's page sent this without an `Origin`.
    CrossSite,
    /// 404: no such route or execution.
    NotFound,
    /// 405: the route has no such method; `Allow` names those it has.
    MethodNotAllowed,
    /// 409: what is to be cancelled has ended.
    ExecutionFinished,
    /// 413: the body is over the cap.
    BodyTooLarge,
    /// 415: the body is not declared as JSON.
    UnsupportedMediaType,
    /// 422: no such language.
    UnsupportedLanguage,
    /// 422: the language is known, its interpreter is not there.
    RuntimeNotFound,
    /// 422: the settings ask for an isolation that cannot be given.
    IsolationUnavailable,
    /// 429: every slot and every place in the queue is taken; `Retry-After` is set.
    TooManyExecutions,
    /// 500: Runtray failed; its log says more under the request's id.
    Internal,
    /// 503: the service is stopping.
    ShuttingDown,
}

impl Code {
    /// The HTTP status that goes with it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::InvalidJson | Self::InvalidRequest | Self::InvalidHost => StatusCode::BAD_REQUEST,
            Self::TokenRequired => StatusCode::UNAUTHORIZED,
            Self::HostNotAllowed | Self::OriginNotAllowed | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ExecutionFinished => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnsupportedLanguage | Self::RuntimeNotFound | Self::IsolationUnavailable => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::TooManyExecutions => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An error, readable for clients of the Flask service too.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// Always `false`.
    #[schema(example = false)]
    pub(crate) success: bool,
    /// Always empty: nothing was run.
    #[schema(example = "")]
    pub(crate) output: &'static str,
    /// What happened and what to do, for people.
    pub(crate) error: String,
    /// Always `rejected`.
    #[schema(example = "rejected")]
    pub(crate) status: &'static str,
    /// The same for programs.
    pub(crate) code: Code,
    /// `error` as a code with values, for clients that word it in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Words>,
}

impl ErrorBody {
    /// The body for `code`.
    pub(crate) fn new(code: Code, error: String, reason: Option<Words>) -> Self {
        Self { success: false, output: "", error, status: "rejected", code, reason }
    }
}
