//! The peer: Jupyter Server, which keeps an interpreter (a kernel) and sends it one cell after the other.
//!
//! A warm kernel runs every cell in the same process, which keeps its state between cells. A fresh kernel is a new process for
//! each cell, as in Runtray.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{PYTHON, Subject, check};
use crate::client::Client;
use crate::websocket::Socket;

/// A running kernel and a connection to it. Dropping it ends the kernel.
pub(crate) struct Kernel {
    client: Client,
    id: String,
    socket: Socket,
    cells: usize,
}

impl Kernel {
    /// Starts a kernel on the server at `port`.
    ///
    /// # Errors
    /// The server refuses or does not answer.
    pub(crate) fn start(port: u16) -> Result<Self> {
        let client = Client::new(port);
        let kernel = client.post("/api/kernels", &json!({ "name": "python3" }))?;
        let id = kernel["id"].as_str().context("the kernel has no id")?.to_owned();
        let socket = Socket::connect(port, &format!("/api/kernels/{id}/channels"))?;
        Ok(Self { client, id, socket, cells: 0 })
    }

    /// Runs a cell, waits until the kernel reports that it is idle, and gives the output.
    ///
    /// # Errors
    /// The cell failed, or the connection broke.
    pub(crate) fn execute(&mut self, code: &str) -> Result<String> {
        self.cells += 1;
        let id = format!("{}-{}", self.id, self.cells);
        self.socket.send(&request(&id, &self.id, code))?;
        let mut output = String::new();
        loop {
            let message: Value = self.socket.receive()?;
            if message["parent_header"]["msg_id"] != id.as_str() {
                continue;
            }
            match message["header"]["msg_type"].as_str() {
                Some("stream") => output += message["content"]["text"].as_str().unwrap_or_default(),
                Some("error") => bail!("the cell failed: {}", message["content"]),
                Some("status") if message["content"]["execution_state"] == "idle" => return Ok(output),
                _ => {}
            }
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // The call only fails if the server has ended, and its kernels with it.
        let _ = self.client.delete(&format!("/api/kernels/{}", self.id));
    }
}

fn request(id: &str, session: &str, code: &str) -> Value {
    let header = json!({
        "msg_id": id, "session": session, "username": "bench", "msg_type": "execute_request", "version": "5.3",
        "date": "2026-01-01T00:00:00Z",
    });
    let content = json!({
        "code": code, "silent": false, "store_history": false, "user_expressions": {}, "allow_stdin": false,
        "stop_on_error": true,
    });
    json!({
        "channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": [],
    })
}

/// A subject with one kernel for all greetings.
pub(crate) struct WarmKernel(pub(crate) Kernel);

impl Subject for WarmKernel {
    fn greet(&mut self) -> Result<Duration> {
        let began = Instant::now();
        let output = self.0.execute(PYTHON.code)?;
        let took = began.elapsed();
        check(&output)?;
        Ok(took)
    }
}

/// A subject with a new kernel for each greeting, on the server at this port. Ending the kernel is not part of the time.
pub(crate) struct FreshKernel(pub(crate) u16);

impl Subject for FreshKernel {
    fn greet(&mut self) -> Result<Duration> {
        let began = Instant::now();
        let mut kernel = Kernel::start(self.0)?;
        let output = kernel.execute(PYTHON.code)?;
        let took = began.elapsed();
        check(&output)?;
        Ok(took)
    }
}
