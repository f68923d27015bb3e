//! `runtray status`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use runtray_service::places::Places;
use runtray_service::presence;
use serde_json::Value;

use super::settings;
use crate::args::Status;
use crate::{exit, print};

const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the running service how it is.
pub(crate) fn status(args: &Status) -> anyhow::Result<ExitCode> {
    let (places, loaded) = settings()?;
    let configured = loaded.settings.port;
    let (port, answer) = match args.port {
        Some(port) => (port, ask(port, &places)),
        None => find(configured, &places),
    };
    match answer {
        Ok(status) => {
            warn_of_restart(&status, port, configured);
            if args.json { print::json(&status)? } else { describe(&status)? }
        }
        Err(ureq::Error::StatusCode(code)) => {
            anyhow::bail!("port {port} answers {code}; is it Runtray that listens there?")
        }
        Err(error) => {
            print::note(format_args!(
                "runtray: no service answers on port {port} ({error}); start it with `runtray serve`"
            ));
            return Ok(ExitCode::from(exit::NOT_RUNNING));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks where the service says that it is, which may be gone, and else at the settings' port.
fn find(configured: u16, places: &Places) -> (u16, Result<Value, ureq::Error>) {
    let said = presence::find(places).and_then(|url| url.rsplit_once(':')?.1.parse().ok());
    if let Some(port) = said.filter(|port| *port != configured) {
        let answer = ask(port, places);
        if answer.is_ok() || matches!(answer, Err(ureq::Error::StatusCode(_))) {
            return (port, answer);
        }
    }
    (configured, ask(configured, places))
}

fn ask(port: u16, places: &Places) -> Result<Value, ureq::Error> {
    let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).build().new_agent();
    let mut request = agent.get(format!("http://localhost:{port}/status"));
    if let Ok(token) = std::fs::read_to_string(places.token_file()) {
        request = request.header("Authorization", format!("Bearer {}", token.trim()));
    }
    request.call()?.body_mut().read_json()
}

/// A service that was given its port when it started keeps to that one, and asks for no restart.
fn warn_of_restart(status: &Value, port: u16, configured: u16) {
    let waits = status["restart_needed"].as_array().is_some_and(|keys| keys.iter().any(|key| key == "port"));
    if waits {
        print::note(format_args!(
            "runtray: the service runs on port {port}; restart it to have it on port {configured}, as the settings say"
        ));
    }
}

/// A line for each member: names and plain values, lists indented.
fn describe(status: &Value) -> anyhow::Result<()> {
    let members = status.as_object().context("the service's answer is no JSON object")?;
    for (name, value) in members {
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
