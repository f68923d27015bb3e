//! `GET /executions…`, `DELETE /executions/{id}`: finished and running executions.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use runtray_engine::{Status, excerpt};
use runtray_wire::{Cancelling, ErrorBody, Execution, ExecutionsPage, ExecutionsQuery, ExportFormat, ExportQuery};

use super::query::Parameters;
use crate::http::error::Error;
use crate::http::export as file;
use crate::http::server::Server;
use crate::journal::{Export, Filter, JournalError, LOST, RUNNING};
use crate::runs::registry::Running;

/// Executions, newest first, including running ones.
#[utoipa::path(
    get,
    path = "/executions",
    tag = "executions",
    params(ExecutionsQuery),
    responses((status = 200, body = ExecutionsPage), (status = "4XX", body = ErrorBody), (status = 500, body = ErrorBody))
)]
pub(crate) async fn list(
    State(server): State<Arc<Server>>,
    Parameters(query): Parameters<ExecutionsQuery>,
) -> Result<Json<ExecutionsPage>, Error> {
    let filter = filter(query)?;
    let mut page = server.core.journal.page(filter.clone()).await.or_else(without_journal)?;
    add_running(&mut page, &filter, &server.core.registry.list());
    Ok(Json(page))
}

/// One execution with its code and output.
#[utoipa::path(
    get,
    path = "/executions/{id}",
    tag = "executions",
    params(("id" = String, Path, description = "The execution's id.")),
    responses((status = 200, body = Execution), (status = "4XX", body = ErrorBody), (status = 500, body = ErrorBody))
)]
pub(crate) async fn one(State(server): State<Arc<Server>>, Path(id): Path<String>) -> Result<Json<Execution>, Error> {
    // The registry first: a run leaves it after its end was given to the journal.
    let running = server.core.registry.find(&id);
    let record = server.core.journal.entry(&id).await.or_else(without_journal)?;
    record.or_else(|| running.map(|running| running.record())).map(Json).ok_or_else(|| unknown(&id))
}

/// Cancels an execution that runs, or that waits until a person says whether it may use the network.
#[utoipa::path(
    delete,
    path = "/executions/{id}",
    tag = "executions",
    params(("id" = String, Path, description = "The execution's id.")),
    responses(
        (status = 200, body = Cancelling),
        (status = 404, description = "`not_found`", body = ErrorBody),
        (status = 409, description = "`execution_finished`", body = ErrorBody),
        (status = "4XX", body = ErrorBody),
        (status = 500, body = ErrorBody),
    )
)]
pub(crate) async fn cancel(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
) -> Result<Json<Cancelling>, Error> {
    if server.core.cancel(&id) {
        return Ok(Json(Cancelling { id, status: "cancelling".to_owned() }));
    }
    match server.core.journal.entry(&id).await.or_else(without_journal)? {
        Some(_) => Err(Error::ExecutionFinished(id)),
        None => Err(unknown(&id)),
    }
}

/// Every execution that is wanted, newest first, as a file.
#[utoipa::path(
    get,
    path = "/executions/export",
    tag = "executions",
    params(ExportQuery, ExecutionsQuery),
    responses(
        (status = 200, content((String = "application/jsonl"), (String = "text/csv"))),
        (status = "4XX", body = ErrorBody),
    )
)]
pub(crate) async fn export(
    State(server): State<Arc<Server>>,
    Parameters(ExportQuery { format }): Parameters<ExportQuery>,
    Parameters(query): Parameters<ExecutionsQuery>,
) -> Result<Response, Error> {
    let records = server.core.journal.export(filter(query)?);
    let heading = stream::once(async move { file::heading(format).map_err(std::io::Error::other) });
    let lines = stream::unfold(Some((records, true)), move |rest| next_lines(rest, format));
    let headers =
        [(header::CONTENT_TYPE, file::media_type(format)), (header::CONTENT_DISPOSITION, file::disposition(format))];
    Ok((headers, Body::from_stream(heading.chain(lines))).into_response())
}

/// The rest of an export, and whether nothing of it has been read yet.
type Rest = Option<(Export, bool)>;

/// The next lines of an export. An error aborts the transfer, so that a partial export is not taken for a complete one.
async fn next_lines(rest: Rest, format: ExportFormat) -> Option<(std::io::Result<Bytes>, Rest)> {
    let (mut records, is_first) = rest?;
    match records.next().await {
        Ok(batch) => Some((lines(&batch?, format), Some((records, false)))),
        // A journal that was switched off or removed midway is not the end.
        Err(JournalError::Disabled | JournalError::Missing(_)) if is_first => None,
        Err(error) => {
            tracing::error!(%error, "an export was aborted");
            Some((Err(std::io::Error::other(error)), None))
        }
    }
}

fn lines(batch: &[Execution], format: ExportFormat) -> std::io::Result<Bytes> {
    let lines = batch.iter().map(|record| file::line(format, record).map_err(std::io::Error::other));
    Ok(lines.collect::<std::io::Result<Vec<Bytes>>>()?.concat().into())
}

fn filter(query: ExecutionsQuery) -> Result<Filter, Error> {
    let filter = Filter::from(query);
    match filter.status.as_deref().filter(|status| !is_status(status)) {
        Some(status) => {
            let names = statuses().join(", ");
            Err(Error::InvalidRequest(format!("`status` must be one of {names}, not `{}`.", excerpt(status))))
        }
        None => Ok(filter),
    }
}

fn is_status(name: &str) -> bool {
    statuses().contains(&name)
}

fn statuses() -> Vec<&'static str> {
    Status::ALL.iter().map(|status| status.name()).chain([RUNNING, LOST]).collect()
}

/// A journal that is switched off or not there yet counts as empty.
fn without_journal<T: Default>(error: JournalError) -> Result<T, Error> {
    match error {
        JournalError::Disabled | JournalError::Missing(_) => Ok(T::default()),
        other => Err(Error::internal(other)),
    }
}

fn unknown(id: &str) -> Error {
    Error::NotFound(format!("There is no execution `{}`.", excerpt(id)))
}

/// Adds the running executions that the journal does not hold, such as those it dropped, to the first page.
fn add_running(page: &mut ExecutionsPage, filter: &Filter, running: &[Running]) {
    let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    if filter.before.is_some() || filter.q.is_some() || !same(&filter.status, RUNNING) {
        return;
    }
    let wanted = running
        .iter()
        .filter(|one| same(&filter.language, &one.job.runtime().language) && same(&filter.origin, one.job.origin()));
    let missing: Vec<_> = wanted.filter(|one| page.items.iter().all(|item| item.id != one.job.id())).collect();
    // On a page that is not the last, older executions belong to later pages.
    let oldest = page.items.last().map(|item| item.id.clone()).unwrap_or_default();
    let newer = missing.into_iter().filter(|one| page.next.is_none() || one.job.id() > &*oldest);
    page.items.extend(newer.map(Running::summary).collect::<Vec<_>>());
    page.items.sort_by(|one, other| other.id.cmp(&one.id));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runtray_wire::ExportFormat;
    use time::OffsetDateTime;

    use super::next_lines;
    use crate::journal::{Begun, Filter, Journal};
    use crate::settings::JournalSettings;

    #[tokio::test]
    async fn an_export_is_aborted_when_the_journal_is_switched_off_midway() {
        let folder = tempfile::tempdir().expect("a folder");
        let on = JournalSettings { enabled: true, max_age: Duration::from_secs(1 << 32), ..JournalSettings::default() };
        let off = JournalSettings { enabled: false, ..on.clone() };
        let journal = Journal::open(&folder.path().join("journal.sqlite3"), &on);
        for number in 0..3 {
            journal.begin(Begun {
                id: format!("01J{number}"),
                started_at: OffsetDateTime::now_utc(),
                language: "python".into(),
                runtime: "CPython".into(),
                origin: "local".into(),
                code: "x".repeat(300 << 10),
                given: None,
            });
        }
        let records = journal.export(Filter::default());
        let (first, rest) = next_lines(Some((records, true)), ExportFormat::Jsonl).await.expect("a batch");
        assert!(first.is_ok());
        journal.apply(&off);
        let (second, end) = next_lines(rest, ExportFormat::Jsonl).await.expect("no clean end");
        assert!(second.is_err() && end.is_none());
        let none = next_lines(Some((journal.export(Filter::default()), true)), ExportFormat::Jsonl).await;
        assert!(none.is_none(), "a journal that was off from the start counts as empty");
    }
}
