//! `GET /prove`: shows that this is the service that has the user's token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use runtray_wire::{ErrorBody, Proof, ProofQuery};

use super::query::Parameters;
use crate::http::error::Error;
use crate::http::proof;
use crate::http::server::Server;

/// Proves that the service has the token, without sending it. Needs no token itself.
#[utoipa::path(
    get,
    path = "/prove",
    tag = "service",
    params(ProofQuery),
    responses((status = 200, body = Proof), (status = "4XX", body = ErrorBody), (status = 500, body = ErrorBody))
)]
pub(crate) async fn prove(
    State(server): State<Arc<Server>>,
    Parameters(ProofQuery { nonce }): Parameters<ProofQuery>,
) -> Result<Json<Proof>, Error> {
    let token = server.access.token().ok_or_else(|| Error::internal("there is no token to prove anything with"))?;
    let proof = proof::answer(&token, server.port(), &nonce);
    let bad = || Error::InvalidRequest("`nonce` must be 32 to 128 letters, digits, `-` and `_`.".to_owned());
    proof.map(|proof| Json(Proof { proof })).ok_or_else(bad)
}
