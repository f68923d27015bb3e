//! `runtray status`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use anyhow::{Context, bail};
use runtray_service::address_file;
use runtray_service::paths::Paths;
use runtray_wire::ServiceStatus;
use serde_json::Value;

use super::configuration::settings;
use crate::args::Status;
use crate::service_client::{self, Connection, Peer};
use crate::{exit, print};

/// The result of a request.
enum Answer {
    /// The route's status and body.
    Response(u16, Vec<u8>),
    /// Another program listens on the port.
    Stranger,
    /// No program answers.
    Nobody(io::Error),
}

/// Prints the status of the running service.
pub(crate) fn status(args: &Status) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let configured = loaded.settings.port;
    let (port, answer) = match args.port {
        Some(port) => (port, ask(port, &paths)),
        None => find(configured, &paths),
    };
    match answer {
        Answer::Response(200, body) => {
            let status: ServiceStatus = serde_json::from_slice(&body)
                .context("the service's answer is not one that this version of Runtray knows")?;
            // The port of a running service stays until its restart, whatever the settings say.
            warn_of_restart(&status, port, configured);
            if args.json {
                print::json(&status)?
            } else {
                describe(&status)?
            }
            Ok(ExitCode::SUCCESS)
        }
        Answer::Response(code, _) => bail!("the program on port {port} answers with status {code}; is it Runtray?"),
        Answer::Stranger => bail!(
            "the program on port {port} did not prove that it is your Runtray, so nothing was sent to it; is it another program, or a Runtray that was started before an update?"
        ),
        Answer::Nobody(error) => {
            print::note(format_args!(
                "runtray: no service answers on port {port} ({error}); start it with `runtray serve`"
            ));
            Ok(ExitCode::from(exit::NOT_RUNNING))
        }
    }
}

/// The number of programs that the service runs and queues; `None` if no service answers.
pub(super) fn programs(configured: u16, paths: &Paths) -> Option<usize> {
    let (_, Answer::Response(200, body)) = find(configured, paths) else { return None };
    let status: ServiceStatus = serde_json::from_slice(&body).ok()?;
    Some(status.running + status.queued)
}

/// Asks the service at the address in its address file, which may be stale, and otherwise at the port of the settings.
fn find(configured: u16, paths: &Paths) -> (u16, Answer) {
    let published = address_file::find(paths).and_then(|url| url.rsplit_once(':')?.1.parse().ok());
    if let Some(port) = published.filter(|port| *port != configured) {
        let answer = ask(port, paths);
        if matches!(answer, Answer::Response(..)) {
            return (port, answer);
        }
    }
    (configured, ask(configured, paths))
}

fn ask(port: u16, paths: &Paths) -> Answer {
    let Some(token) = service_client::token(paths) else { return ask_openly(port) };
    match service_client::find(port, token) {
        Peer::Service(mut connection, token) => answered(connection.get("/status", Some(&token))),
        Peer::Stranger => Answer::Stranger,
        Peer::Nobody(error) => Answer::Nobody(error),
    }
}

/// Asks without a proof: without a token there is no secret that another program could learn.
fn ask_openly(port: u16) -> Answer {
    let loopbacks = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    let connections = loopbacks.into_iter().map(|ip| Connection::open(ip, port));
    match connections.reduce(|one, other| one.or(other)) {
        Some(Ok(mut connection)) => answered(connection.get("/status", None)),
        Some(Err(error)) => Answer::Nobody(error),
        None => Answer::Nobody(io::ErrorKind::AddrNotAvailable.into()),
    }
}

fn answered(answer: io::Result<(u16, Vec<u8>)>) -> Answer {
    answer.map_or_else(Answer::Nobody, |(code, body)| Answer::Response(code, body))
}

/// Warns if a changed port needs a restart. A service whose port was given on the command line keeps it.
fn warn_of_restart(status: &ServiceStatus, port: u16, configured: u16) {
    let waits = status.restart_needed.iter().any(|key| key == "port");
    if waits {
        print::note(format_args!(
            "runtray: the service runs on port {port}; restart it to have it on port {configured}, as the settings say"
        ));
    }
}

/// Prints one line for each member: names and plain values, with lists indented.
fn describe(status: &ServiceStatus) -> anyhow::Result<()> {
    let Value::Object(mut members) = serde_json::to_value(status)? else { return Ok(()) };
    // They say the same as `problems`.
    members.remove("localized_problems");
    for (name, value) in &members {
        let name = name.replace('_', " ");
        match value {
            Value::Array(items) if items.is_empty() => print::line(format_args!("{name}: none"))?,
            Value::Array(items) => {
                print::line(format_args!("{name}:"))?;
                items.iter().try_for_each(|item| print::line(format_args!("  {}", plain(item))))?;
            }
            other => print::line(format_args!("{name}: {}", plain(other)))?,
        }
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
