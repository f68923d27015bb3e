//! `GET /prove`: shows that this is the service that has the user's token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::Parameters;
use crate::http::error::Error;
use crate::http::proof;
use crate::http::server::Server;
use crate::http::wire::error::ErrorBody;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// A random text of 32 to 128 letters, digits, `-` and `_`.
    #[serde(default)]
    #[param(required = true)]
    nonce: String,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// HMAC-SHA-256 under the token of `runtray prove 1`, a NUL, the port in two bytes and the nonce, in base64url.
    proof: String,
}

/// Proves that the service has the token, without sending it. Needs no token itself.
#[utoipa::path(
    get,
    path = "/prove",
    tag = "service",
    params(Question),
    responses((status = 200, body = Proof), (status = "4XX", body = ErrorBody), (status = 500, body = ErrorBody))
)]
pub(crate) async fn prove(
    State(server): State<Arc<Server>>,
    Parameters(Question { nonce }): Parameters<Question>,
) -> Result<Json<Proof>, Error> {
    let token = server.access.token().ok_or_else(|| Error::internal("there is no token to prove anything with"))?;
    let proof = proof::answer(&token, server.port(), &nonce);
    let bad = || Error::InvalidRequest("`nonce` must be 32 to 128 letters, digits, `-` and `_`.".to_owned());
    proof.map(|proof| Json(Proof { proof })).ok_or_else(bad)
}
