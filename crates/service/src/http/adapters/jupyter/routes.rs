//! Jupyter's routes.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use runtray_engine::excerpt;
use runtray_wire::ErrorBody;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::channel::{Client, attend};
use super::kernels::Kernels;
use crate::http::body;
use crate::http::error::Error;
use crate::http::guard::layer::Caller;
use crate::http::middleware::RequestId;
use crate::http::server::Server;
use crate::http::websocket::upgrade::{Upgrade, upgrade};

/// The longest body that says which kernel is wanted, in bytes.
const MOST_BYTES: usize = 64 << 10;
/// The answer to clients that ask for kernels before they make one: those whose kernels keep variables.
const NO_KERNELSPECS: &str = "Kernels that keep variables from block to block are not served yet: clients that list kernels, such as \
AutoGen's Jupyter executor, wait for sessions in Runtray. Until then run whole programs with POST /execute, or with `as_tool()` of \
the Python package `runtray`.";
/// The language of a kernel that names none.
const DEFAULT: &str = "python3";

/// Which kernel is wanted.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JupyterKernelRequest)]
pub(crate) struct Wanted {
    /// A language's name or alias.
    #[schema(example = "python3")]
    name: Option<String>,
}

/// A kernel.
#[derive(Serialize, ToSchema)]
#[schema(as = JupyterKernel)]
pub(crate) struct Kernel {
    /// Its id.
    id: String,
    /// Its language.
    name: String,
    /// Its state: it has not run anything yet.
    execution_state: &'static str,
    /// Its clients.
    connections: u32,
}

/// Reserves a Jupyter kernel. Nothing is started: each block that is sent to it is a run of its own, and keeps no variables.
#[utoipa::path(
    post,
    path = "/api/kernels",
    operation_id = "jupyter_create_kernel",
    tag = "adapters",
    request_body(content = Option<Wanted>, content_type = "application/json"),
    responses((status = 201, body = Kernel), (status = "4XX", body = ErrorBody), (status = 503, description = "`shutting_down`", body = ErrorBody))
)]
pub(crate) async fn create(
    State(server): State<Arc<Server>>,
    Extension(kernels): Extension<Kernels>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Kernel>), Error> {
    let read = body::read(&headers, body, MOST_BYTES, &mut server.budget.share()).await;
    let body = read.map_err(|error| match error {
        // No setting raises this cap.
        Error::BodyTooLarge { cap } => Error::RouteBodyTooLarge { cap },
        other => other,
    })?;
    // Open WebUI sends nothing, and calls that bytes.
    let wanted: Wanted = if body.trim_ascii().is_empty() { Wanted::default() } else { parsed(&body)? };
    let name = wanted.name.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT.to_owned());
    server.core.runtime(&name).await?;
    let id = kernels.create(name.clone());
    Ok((StatusCode::CREATED, Json(Kernel { id, name, execution_state: "starting", connections: 0 })))
}

fn parsed(body: &[u8]) -> Result<Wanted, Error> {
    use crate::http::from_wire::json::{Whole, object};
    Ok(object(body).map_err(|malformed| malformed.in_the(Whole::Body))?)
}

/// Refuses to list Jupyter's kernels, until there are sessions.
#[utoipa::path(
    get,
    path = "/api/kernelspecs",
    operation_id = "jupyter_list_kernelspecs",
    tag = "adapters",
    responses((status = "4XX", description = "There are no kernels that keep variables, or the guard refused it.", body = ErrorBody))
)]
pub(crate) async fn list() -> Error {
    Error::NotFound(NO_KERNELSPECS.to_owned())
}

/// Gives up a Jupyter kernel.
#[utoipa::path(
    delete,
    path = "/api/kernels/{id}",
    operation_id = "jupyter_delete_kernel",
    tag = "adapters",
    params(("id" = String, Path, description = "The kernel.")),
    responses((status = 204, description = "It is gone."), (status = "4XX", body = ErrorBody))
)]
pub(crate) async fn delete(
    Extension(kernels): Extension<Kernels>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    if kernels.delete(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&id)) }
}

/// Upgrades to a Jupyter kernel's channels: `execute_request` is answered by `stream`, `display_data`, `error`, `execute_reply`
/// and `status`. The token may be in the query, as `token`.
#[utoipa::path(
    get,
    path = "/api/kernels/{id}/channels",
    operation_id = "jupyter_connect",
    tag = "adapters",
    params(("id" = String, Path, description = "The kernel.")),
    responses((status = 101, description = "The connection is a WebSocket from here on."), (status = "4XX", body = ErrorBody), (status = 503, description = "`shutting_down`", body = ErrorBody))
)]
pub(crate) async fn connect(
    State(server): State<Arc<Server>>,
    Extension(kernels): Extension<Kernels>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    Path(kernel): Path<String>,
    request: Upgrade,
) -> Result<Response, Error> {
    let language = kernels.language(&kernel).ok_or_else(|| unknown(&kernel))?;
    let origin = caller.named_or("jupyter").to_owned();
    upgrade(server, request, &[], async move |server, socket| {
        attend(Client { server: &server, language, origin, id }, socket).await;
    })
}

fn unknown(id: &str) -> Error {
    Error::NotFound(format!("There is no kernel `{}`.", excerpt(id)))
}
