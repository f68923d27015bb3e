//! The interface to the service that runs an assistant's programs.

use rmcp::model::Extensions;
use runtray_engine::Event;
use runtray_wire::{ExecuteResponse, Language};
use tokio::sync::mpsc;

/// A call of `run_code`.
pub struct Call<'a> {
    /// The body of `POST /execute` as JSON.
    pub body: Vec<u8>,
    /// The transport's data about the request.
    pub extensions: &'a Extensions,
    /// Receives the program's output.
    pub events: mpsc::Sender<Event>,
}

/// The interface to the service that runs an assistant's programs.
pub trait Backend: Clone + Send + Sync + 'static {
    /// Runs a program; the answer is the same as of `POST /execute`. Dropping the future cancels the run.
    ///
    /// # Errors
    /// A sentence that says why it was not run.
    fn run(&self, call: Call<'_>) -> impl Future<Output = Result<ExecuteResponse, String>> + Send;

    /// The answer of `GET /languages`.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    fn languages(&self, extensions: &Extensions) -> impl Future<Output = Result<Vec<Language>, String>> + Send;
}
