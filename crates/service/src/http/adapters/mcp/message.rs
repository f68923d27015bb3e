//! Checks of a client's message before the SDK reads it: the SDK's answer to an unreadable message does not name the mistake.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rmcp::ErrorData;
use rmcp::model::ErrorCode;
use serde_json::{Value, json};

use crate::http::from_wire::encoding;

const EXAMPLE: &str = r#"such as {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#;

/// The message in `body`, in UTF-8.
///
/// # Errors
/// The refusal as JSON-RPC words it: the body is not JSON, or not one message.
pub(super) fn checked(body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let text = encoding::utf8(&body).map_err(not_json)?.into_owned();
    drop(body);
    if text.trim_ascii().is_empty() {
        return Err(not_json(format!("it is empty; send one message, {EXAMPLE}")));
    }
    let message: Value = serde_json::from_slice(&text).map_err(|error| not_json(error.to_string()))?;
    check(&message)?;
    Ok(text)
}

/// The refusal of a body: HTTP 400 with an error of JSON-RPC.
#[derive(Debug)]
pub(super) struct Refusal {
    id: Value,
    error: ErrorData,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"jsonrpc": "2.0", "id": self.id, "error": self.error}))).into_response()
    }
}

fn not_json(reason: String) -> Refusal {
    let error = ErrorData::new(ErrorCode::PARSE_ERROR, format!("The body is not valid JSON: {reason}."), None);
    Refusal { id: Value::Null, error }
}

fn check(message: &Value) -> Result<(), Refusal> {
    let id = message.get("id");
    let has_id = matches!(id, Some(Value::String(_) | Value::Number(_)));
    let wrong = |sentence: String| Refusal {
        id: id.filter(|_| has_id).cloned().unwrap_or_default(),
        error: ErrorData::new(ErrorCode::INVALID_REQUEST, sentence, None),
    };
    let Value::Object(fields) = message else {
        let is_batch = message.is_array();
        let mistake = if is_batch {
            "Batches are not taken: send each message in a request of its own"
        } else {
            "The body must be a JSON-RPC message"
        };
        return Err(wrong(format!("{mistake}, {EXAMPLE}.")));
    };
    if fields.get("jsonrpc").is_none_or(|version| version != "2.0") {
        return Err(wrong(format!("`jsonrpc` must be \"2.0\", {EXAMPLE}.")));
    }
    if id.is_some() && !has_id {
        return Err(wrong("`id` must be a text or a number.".to_owned()));
    }
    // A message without a method must be an answer.
    match fields.get("method") {
        Some(method) if !method.is_string() => Err(wrong(format!("`method` must be a text, {EXAMPLE}."))),
        None if !fields.contains_key("result") && !fields.contains_key("error") => {
            Err(wrong(format!("`method` is missing, {EXAMPLE}.")))
        }
        _ => Ok(()),
    }
}

/// The error for a request that the SDK could not read: its parameters do not fit its method.
pub(super) fn unreadable(method: &str, params: Option<&Value>) -> ErrorData {
    let invalid = |sentence: String| ErrorData::invalid_params(sentence, None);
    let shape = r#"{"name": "run_code", "arguments": {"code": "…"}}"#;
    match (method, params) {
        ("tools/call", None) => invalid(format!("`params` is missing, such as {shape}.")),
        ("tools/call", Some(params)) if !params.is_object() => {
            invalid(format!("`params` must be an object such as {shape}."))
        }
        ("tools/call", Some(params)) if !params["name"].is_string() => {
            invalid(format!("`params.name` must be the name of a tool, such as {shape}."))
        }
        ("tools/call", Some(params)) if !params["arguments"].is_object() => {
            invalid(format!("`params.arguments` must be an object, not a list or a text, such as {shape}."))
        }
        ("tools/call" | "tools/list" | "initialize" | "ping", _) => invalid(format!(
            "The `params` of `{method}` cannot be used; they are described at modelcontextprotocol.io."
        )),
        _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{checked, unreadable};

    #[test]
    fn bodies_that_are_no_message_are_told_what_to_be() {
        for (body, code, words) in [
            ("", -32700, "it is empty"),
            ("{", -32700, "EOF while parsing"),
            ("print(1)", -32700, "not valid JSON"),
            ("[]", -32600, "Batches are not taken"),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, "Batches are not taken"),
            ("5", -32600, "JSON-RPC message"),
            ("{}", -32600, "`jsonrpc`"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, "`jsonrpc`"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, "`id`"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, "`method`"),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, "`method` is missing"),
        ] {
            let refusal = checked(body.into()).expect_err(body);
            assert_eq!(refusal.error.code.0, code, "{body}");
            assert!(refusal.error.message.contains(words), "{body}: {}", refusal.error.message);
        }
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ] {
            assert_eq!(checked(body.into()).expect(body), body.as_bytes());
        }
    }

    #[test]
    fn parameters_of_another_shape_are_told_theirs() {
        for (params, words) in [
            (None, "`params` is missing"),
            (Some(json!([])), "`params` must be an object"),
            (Some(json!({})), "`params.name`"),
            (Some(json!({"name": "run_code", "arguments": []})), "`params.arguments`"),
            (Some(json!({"name": "run_code", "arguments": "print(1)"})), "`params.arguments`"),
        ] {
            let error = unreadable("tools/call", params.as_ref());
            assert!(error.code.0 == -32602 && error.message.contains(words), "{params:?}: {error:?}");
        }
        assert_eq!(unreadable("tools/dance", None).code.0, -32601);
    }
}
