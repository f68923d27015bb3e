//! The lines of E2B's answer.

use runtray_wire::{ExecuteResponse, ResultFile};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::http::adapters::exception::Exception;
use crate::http::adapters::result_text::text;

/// A line for output; its time is in nanoseconds since 1970.
pub(super) fn printed(stream: &str, text: &str) -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos();
    line(&json!({"type": stream, "text": text, "timestamp": u64::try_from(now).unwrap_or_default()}))
}

/// The lines at the end: the files, the exception, and the end itself, with the fields that were ignored.
pub(super) fn ended(result: &ExecuteResponse) -> String {
    let mut lines: String = result.ending.files.iter().filter_map(displayable).map(|file| line(&file)).collect();
    if let Some(Exception { name, value }) = Exception::of(result) {
        lines += &line(&json!({"type": "error", "name": name, "value": value, "traceback": result.error}));
    }
    lines += &line(&json!({"type": "number_of_executions", "execution_count": 1}));
    let mut end = json!({"type": "end_of_execution"});
    if !result.ending.ignored.is_empty() {
        end["ignored"] = json!(result.ending.ignored);
    }
    lines + &line(&end)
}

/// The lines at the end of a program that Runtray could not run to its end.
pub(super) fn failed(sentence: &str) -> String {
    line(&json!({"type": "error", "name": "RuntrayError", "value": sentence, "traceback": sentence}))
        + &line(&json!({"type": "end_of_execution"}))
}

/// A file as a result, if E2B has a form for its type.
fn displayable(file: &ResultFile) -> Option<Value> {
    let content = file.content.as_deref()?;
    let (form, is_text) = match file.media_type.as_str() {
        "image/png" => ("png", false),
        "image/jpeg" => ("jpeg", false),
        "application/pdf" => ("pdf", false),
        "image/svg+xml" => ("svg", true),
        "text/html" => ("html", true),
        "text/markdown" => ("markdown", true),
        _ => return None,
    };
    let content = if is_text { text(file)? } else { content.to_owned() };
    let mut result =
        Map::from_iter([("type".to_owned(), json!("result")), ("is_main_result".to_owned(), json!(false))]);
    result.insert("text".to_owned(), json!(file.path));
    result.insert(form.to_owned(), json!(content));
    Some(result.into())
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
