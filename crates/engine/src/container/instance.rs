//! One container: started, without a program yet.

use std::sync::Arc;
use std::time::Duration;

use bollard::container::AttachContainerResults;
use bollard::errors::Error as ApiError;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, InspectContainerOptions,
    RemoveContainerOptionsBuilder, StartContainerOptions,
};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use ulid::Ulid;

use super::daemon::{Daemon, is_missing};
use super::owner::Owner;
use super::spec;
use crate::limits::Limits;
use crate::text::message::LocalizedMessage;

/// How long a waiting container may take to show that it still runs.
const ANSWER: Duration = Duration::from_secs(3);
/// How long the removal of a container may take before it is left to the next start.
const REMOVAL: Duration = Duration::from_secs(15);

/// A container. Dropping it removes it in the background.
pub(super) struct Container {
    name: String,
    daemon: Arc<Daemon>,
    /// The input of its first process, which ends when this is closed.
    keeper: Option<AttachContainerResults>,
    tasks: TaskTracker,
    runtime: Handle,
    is_gone: bool,
}

impl Container {
    /// Makes and starts a container of `image`, which must be there. `tasks` get its removal.
    ///
    /// # Errors
    /// The daemon refuses the container, or leaves out a limit. No container is left.
    pub(super) async fn start(
        daemon: Arc<Daemon>,
        owner: &Owner,
        image: &str,
        limits: &Limits,
        tasks: TaskTracker,
        runtime: Handle,
    ) -> Result<Self, LocalizedMessage> {
        owner.leave_mark();
        let name = format!("runtray-{}", Ulid::generate().to_string().to_lowercase());
        let mut container = Self { name, daemon, keeper: None, tasks, runtime, is_gone: false };
        let body = spec::container(image, limits, container.daemon.kind, owner.labels());
        let options = CreateContainerOptionsBuilder::default().name(&container.name).build();
        let created = container.daemon.docker.create_container(Some(options), body).await;
        // If the daemon answers with an error, no container was made. After any other error one may exist, and is removed.
        container.is_gone = matches!(created, Err(ApiError::DockerResponseServerError { .. }));
        let created = created.map_err(|error| container.daemon.refused(&error))?;
        container.daemon.check_warnings(&created.warnings)?;
        container.open().await.map_err(|error| container.daemon.refused(&error))?;
        Ok(container)
    }

    /// Connects to the first process and starts it.
    async fn open(&mut self) -> Result<(), ApiError> {
        let docker = &self.daemon.docker;
        let options = AttachContainerOptionsBuilder::default().stream(true).stdin(true).build();
        self.keeper = Some(docker.attach_container(&self.name, Some(options)).await?);
        docker.start_container(&self.name, None::<StartContainerOptions>).await
    }

    /// Its name, which no other container has.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn daemon(&self) -> &Arc<Daemon> {
        &self.daemon
    }

    /// Whether it still runs.
    pub(super) fn lives(&self) -> impl Future<Output = bool> + Send + use<> {
        // The connection cannot be shared between threads, so the future does not borrow it.
        let (daemon, name) = (Arc::clone(&self.daemon), self.name.clone());
        async move {
            let asked = daemon.docker.inspect_container(&name, None::<InspectContainerOptions>);
            let told = timeout(ANSWER, asked).await.ok().and_then(Result::ok);
            told.and_then(|told| told.state).and_then(|state| state.running) == Some(true)
        }
    }

    /// Removes it with all its processes. When this returns it is gone, or the daemon does not answer.
    pub(super) async fn remove(mut self) {
        remove(&self.daemon, &self.name).await;
        self.is_gone = true;
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.keeper = None;
        if self.is_gone {
            return;
        }
        let (daemon, name) = (Arc::clone(&self.daemon), std::mem::take(&mut self.name));
        self.tasks.spawn_on(async move { remove(&daemon, &name).await }, &self.runtime);
    }
}

/// Removes the container `name` with its volumes, even if it runs.
pub(super) async fn remove(daemon: &Daemon, name: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    match timeout(REMOVAL, daemon.docker.remove_container(name, Some(options))).await {
        Ok(Ok(())) => {}
        // The container is gone, or is being removed.
        Ok(Err(error)) if is_missing(&error) || is_being_removed(&error) => {}
        Ok(Err(error)) => tracing::warn!(%error, name, "a container could not be removed; the next start will"),
        Err(_) => tracing::warn!(name, "a container is not removed in time; the next start will remove it"),
    }
}

fn is_being_removed(error: &ApiError) -> bool {
    matches!(error, ApiError::DockerResponseServerError { status_code: 409, message } if message.contains("in progress"))
}
