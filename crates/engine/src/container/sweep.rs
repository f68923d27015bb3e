//! Removes containers whose engine is dead.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptionsBuilder;

use super::daemon::Daemon;
use super::instance;
use super::owner::Owner;

/// Removes the containers of dead engines that had the same runs' folder as `owner`.
pub(super) async fn sweep(daemon: &Daemon, owner: &Owner) {
    let filters = HashMap::from([("label".to_owned(), vec![owner.filter()])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let listed = match daemon.docker.list_containers(Some(options)).await {
        Ok(listed) => listed,
        Err(error) => return tracing::warn!(%error, "containers of dead services cannot be listed"),
    };
    for container in listed {
        let labels = container.labels.unwrap_or_default();
        // Checked again, because a daemon that ignores the filter lists all containers.
        if let Some(id) = container.id.filter(|_| owner.outlived(&labels)) {
            tracing::info!(id, "a container of a dead service is removed");
            instance::remove(daemon, &id).await;
        }
    }
}
