//! A service, used over a connection that stays open.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Greeting, Subject, TIMEOUT, check};
use crate::client::{Answer, Client};

/// A client of a service with `POST /execute`.
pub(crate) struct Http {
    client: Client,
    greeting: Greeting,
}

impl Http {
    /// A subject that sends the greeting through `client`.
    pub(crate) fn new(client: Client, greeting: Greeting) -> Self {
        Self { client, greeting }
    }
}

impl Subject for Http {
    fn greet(&mut self) -> Result<Duration> {
        let began = Instant::now();
        let answer = self.client.execute(self.greeting.language, self.greeting.code, TIMEOUT)?;
        let took = began.elapsed();
        let Answer { output, error, status, .. } = answer;
        ensure!(status == "completed", "the service says {status}: {error}");
        check(&output)?;
        Ok(took)
    }
}
