//! The question and the answer of `GET /prove`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProofQuery {
    /// A random text of 32 to 128 letters, digits, `-` and `_`.
    #[serde(default)]
    #[param(required = true)]
    pub nonce: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    /// HMAC-SHA-256 under the token of `runtray prove 1`, a NUL, the port in two bytes and the nonce, in base64url.
    pub proof: String,
}
