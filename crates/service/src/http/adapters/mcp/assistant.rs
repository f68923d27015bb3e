//! The protocol's side: tools are listed and called, output is reported as progress, a cancelled call cancels its run.

use std::pin::pin;

use rmcp::ErrorData;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, Implementation,
    JsonObject, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProgressToken, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{Peer, RequestContext, RoleServer};
use runtray_engine::{Event, excerpt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::backend::{Backend, Call};
use super::{answer, message, tools};

/// Events that may wait for the client.
const EVENTS: usize = 16;
/// The most output in one progress message, in bytes.
const MOST_PROGRESS: usize = 16 << 10;

const INSTRUCTIONS: &str = "Runtray runs programs on the user's computer. Use run_code to compute, to try code out and to make \
files such as plots; each call starts anew.";

/// One client's server.
#[derive(Clone)]
pub(crate) struct Assistant<B> {
    backend: B,
    /// The end of the client, where it has one connection for all calls.
    gone: Gone,
}

/// Is cancelled when the client of a call is gone. HTTP, where each call has a connection, puts it into the request's extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gone(pub(crate) CancellationToken);

impl<B: Backend> ServerHandler for Assistant<B> {
    fn get_info(&self) -> ServerConfig {
        let runtray = Implementation::new("runtray", env!("CARGO_PKG_VERSION")).with_title("Runtray");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(runtray)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        // Without an answer the tools are described without the languages; a call then names the problem.
        let languages = self.backend.languages(&context.extensions).await.unwrap_or_default();
        Ok(ListToolsResult::with_all_items(tools::tools(&languages)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        match &*request.name {
            tools::RUN_CODE => self.run_code(&arguments, context).await.map(Into::into),
            tools::LIST_LANGUAGES => Ok(self.list_languages(&context).await.into()),
            other => Err(ErrorData::invalid_params(format!("There is no tool `{}`.", excerpt(other)), None)),
        }
    }

    /// Answers a request whose method or parameters the SDK could not read.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(message::unreadable(excerpt(&request.method).as_ref(), request.params.as_ref()))
    }
}

impl<B: Backend> Assistant<B> {
    pub(crate) fn new(backend: B, gone: Gone) -> Self {
        Self { backend, gone }
    }

    async fn list_languages(&self, context: &RequestContext<RoleServer>) -> CallToolResult {
        match self.backend.languages(&context.extensions).await {
            Ok(languages) => {
                let structured = serde_json::json!({"languages": languages});
                let text = ContentBlock::text(structured["languages"].to_string());
                let mut result = CallToolResult::success(vec![text]);
                result.structured_content = Some(structured);
                result
            }
            Err(sentence) => answer::refusal(&sentence),
        }
    }

    async fn run_code(
        &self,
        arguments: &JsonObject,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let failed = |error: serde_json::Error| ErrorData::internal_error(error.to_string(), None);
        let body = serde_json::to_vec(arguments).map_err(failed)?;
        let (events, printed) = mpsc::channel(EVENTS);
        let report = report(&context.peer, context.meta.get_progress_token(), printed);
        let run = self.backend.run(Call { body, extensions: &context.extensions, events });
        let both = async { tokio::join!(run, report).0 };
        let cancelled = || Err(ErrorData::internal_error("The call was cancelled.", None));
        tokio::select! {
            ended = pin!(both) => match ended {
                Ok(response) => answer::result(response).map_err(failed),
                Err(sentence) => Ok(answer::refusal(&sentence)),
            },
            () = context.ct.cancelled() => cancelled(),
            () = gone(&context) => cancelled(),
            () = self.gone.0.cancelled() => cancelled(),
        }
    }
}

/// Waits until the client has closed the response of this call.
async fn gone(context: &RequestContext<RoleServer>) {
    let parts = context.extensions.get::<axum::http::request::Parts>();
    match parts.and_then(|parts| parts.extensions.get::<Gone>()) {
        Some(Gone(gone)) => gone.cancelled().await,
        None => std::future::pending().await,
    }
}

/// Reports the output as progress, if the client asked for that. A client that reads slowly slows the program down.
async fn report(peer: &Peer<RoleServer>, token: Option<ProgressToken>, mut printed: mpsc::Receiver<Event>) {
    let mut bytes = 0;
    while let Some(event) = printed.recv().await {
        let Some(token) = &token else { continue };
        let mut text = text_of(event);
        // Pieces that arrived meanwhile are sent along, so that many small pieces become few messages.
        while text.len() < MOST_PROGRESS
            && let Ok(event) = printed.try_recv()
        {
            text += &text_of(event);
        }
        bytes += text.len();
        if !text.is_empty() {
            let progress = ProgressNotificationParam::new(token.clone(), bytes as f64).with_message(text);
            // An error means that the client is gone, which ends the call by itself.
            let _ = peer.notify_progress(progress).await;
        }
    }
}

fn text_of(event: Event) -> String {
    match event {
        Event::Started => String::new(),
        Event::Stdout(text) | Event::Stderr(text) => text,
    }
}
