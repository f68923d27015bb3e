//! `runtray status`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use runtray_service::places::Places;
use serde_json::Value;

use super::settings;
use crate::args::Status;
use crate::{exit, print};

const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the running service how it is.
pub(crate) fn status(args: &Status) -> anyhow::Result<ExitCode> {
    let (places, loaded) = settings()?;
    let port = args.port.unwrap_or(loaded.settings.port);
    match ask(port, &places) {
        Ok(status) if args.json => print::json(&status)?,
        Ok(status) => describe(&status)?,
        Err(ureq::Error::StatusCode(code)) => {
            anyhow::bail!("port {port} answers {code}; is it Runtray that listens there?")
        }
        Err(error) => {
            eprintln!("runtray: no service answers on port {port} ({error}); start it with `runtray serve`");
            return Ok(ExitCode::from(exit::NOT_RUNNING));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(port: u16, places: &Places) -> Result<Value, ureq::Error> {
    let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).build().new_agent();
    let mut request = agent.get(format!("http://localhost:{port}/status"));
    if let Ok(token) = std::fs::read_to_string(places.token_file()) {
        request = request.header("Authorization", format!("Bearer {}", token.trim()));
    }
    request.call()?.body_mut().read_json()
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
