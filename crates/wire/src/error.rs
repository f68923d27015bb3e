//! The JSON of every error: the shape of the Flask service plus a code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::Words;

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Code {
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
    /// 409: the execution that is to be cancelled has ended.
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

/// An error, readable for clients of the Flask service too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ErrorBody {
    /// Always `false`.
    #[schema(example = false)]
    pub success: bool,
    /// Always empty: nothing was run.
    #[schema(example = "")]
    pub output: String,
    /// The error and its remedy, for people.
    pub error: String,
    /// Always `rejected`.
    #[schema(example = "rejected")]
    pub status: String,
    /// The same for programs.
    pub code: Code,
    /// `error` as a code with values, for clients that word it in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reason: Option<Words>,
}

impl ErrorBody {
    /// The body for `code`.
    pub fn new(code: Code, error: String, reason: Option<Words>) -> Self {
        Self { success: false, output: String::new(), error, status: "rejected".to_owned(), code, reason }
    }
}
