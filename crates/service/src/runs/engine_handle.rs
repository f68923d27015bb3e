//! The engine while it starts, runs and is shut down.
//!
//! The service answers before its engine has started, and its routes outlive the engine when it stops.

use std::sync::Arc;

use runtray_engine::Engine;
use tokio::sync::watch;

use super::error::RunError;

/// A handle to the engine. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct EngineHandle(watch::Sender<Stage>);

#[derive(Clone, Default)]
enum Stage {
    #[default]
    Starting,
    Ready(Arc<Engine>),
    Gone,
}

impl EngineHandle {
    /// The engine, once it has started.
    ///
    /// # Errors
    /// [`RunError::Stopping`]: the engine has been taken away.
    pub(crate) async fn started(&self) -> Result<Arc<Engine>, RunError> {
        let mut stage = self.0.subscribe();
        let stage = stage.wait_for(|stage| !matches!(stage, Stage::Starting)).await;
        let stage = stage.map_err(|closed| RunError::Internal(closed.to_string()))?;
        match &*stage {
            Stage::Ready(engine) => Ok(engine.clone()),
            Stage::Starting | Stage::Gone => Err(RunError::Stopping),
        }
    }

    /// The engine, if it runs now.
    pub(crate) fn ready(&self) -> Option<Arc<Engine>> {
        match &*self.0.borrow() {
            Stage::Ready(engine) => Some(engine.clone()),
            Stage::Starting | Stage::Gone => None,
        }
    }

    /// Lets executions use `engine`.
    pub(crate) fn set(&self, engine: Engine) {
        self.0.send_replace(Stage::Ready(Arc::new(engine)));
    }

    /// Takes the engine away from later executions; `None` if it did not run. Also refuses executions that wait for its start.
    pub(crate) fn take(&self) -> Option<Arc<Engine>> {
        match self.0.send_replace(Stage::Gone) {
            Stage::Ready(engine) => Some(engine),
            Stage::Starting | Stage::Gone => None,
        }
    }
}
