//! Reading JSON, with errors for its senders.
//!
//! serde's own messages name the expected value; `serde_path_to_error` names its place. Only the one about surrogates is
//! reworded: serde_json's suggests that a digit is missing. A number that is too large for its type is JSON all the same.

use serde::de::DeserializeOwned;
use serde_ignored::Path;
use serde_json::error::Category;

use runtray_engine::{InvalidRequest, excerpt};

use super::{encoding, text};

/// The largest number of ignored fields that are named.
pub(crate) const MOST_IGNORED: usize = 20;

/// Why a body or a message was refused, as the sentence that its sender gets.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Invalid {
    /// It is not JSON.
    #[error("The body is not valid JSON: {0}.")]
    Json(String),
    /// It is JSON that cannot be used: a whole sentence.
    #[error("{0}")]
    Request(String),
}

/// The text that was read, as errors call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    /// The body of a request.
    Body,
    /// A message of a WebSocket.
    Message,
}

/// The mistake in a JSON text, before it is put into a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is not JSON.
    Json(String),
    /// It is JSON of another shape.
    Shape {
        /// The field, such as `files[0].path`; empty for the whole text.
        field: String,
        /// The mistake.
        reason: String,
    },
}

/// Reads a JSON object.
///
/// # Errors
/// The bytes are not JSON, or not of the shape of `T`.
pub(crate) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    object_and_ignored(bytes).map(|(object, _)| object)
}

/// Reads a JSON object, and the names of the first few fields that `T` does not have, such as `timeout` or `files[0].mode`.
///
/// # Errors
/// The bytes are not JSON, or not of the shape of `T`.
pub(crate) fn object_and_ignored<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, Vec<String>), Malformed> {
    let text = encoding::utf8(bytes).map_err(Malformed::Json)?;
    let bytes = text.as_ref();
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(Malformed::Json("it is empty".into())),
        Some(b'{') => {}
        Some(_) => return Err(not_an_object(bytes)),
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let (mut track, mut ignored) = (serde_path_to_error::Track::new(), Vec::new());
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| note_ignored(&mut ignored, &path));
    let value = read.map_err(|error| {
        let path = track.path().to_string();
        let malformed = malformed(if path == "." { String::new() } else { path }, &error, bytes);
        malformed.with_unknown(&ignored)
    })?;
    reader.end().map_err(|error| Malformed::Json(syntax(&error)))?;
    Ok((value, ignored))
}

fn note_ignored(ignored: &mut Vec<String>, path: &Path<'_>) {
    if ignored.len() < MOST_IGNORED {
        ignored.push(excerpt(&name_of(path)).into_owned());
    }
}

/// A field's name as in our sentences: `files[0].path`.
fn name_of(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", name_of(parent)),
        Path::Map { parent, key } => match name_of(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => name_of(parent),
    }
}

/// The error for a text that does not begin like an object. serde would also read a struct from an array.
fn not_an_object(bytes: &[u8]) -> Malformed {
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Err(error) => Malformed::Json(syntax(&error)),
        Ok(_) => Malformed::Shape {
            field: String::new(),
            reason: "it must be a JSON object such as {\"code\": \"…\"}".into(),
        },
    }
}

fn malformed(field: String, error: &serde_json::Error, bytes: &[u8]) -> Malformed {
    let message = error.to_string();
    match error.classify() {
        Category::Data if message.starts_with(text::NO_UNICODE) => no_unicode(error, bytes),
        // JSON has no largest number, but our types do.
        _ if message.starts_with("number out of range") => Malformed::Shape { field, reason: message },
        Category::Data => Malformed::Shape { field, reason: shortened(&message) },
        // For a value that is no text, where one of some texts is expected, serde_json reports an error of syntax.
        Category::Syntax if message.starts_with("expected value") && is_json(bytes) => {
            let (line, column) = (error.line(), error.column());
            let reason = format!("invalid type, expected a string at line {line} column {column}");
            Malformed::Shape { field, reason }
        }
        Category::Syntax | Category::Eof | Category::Io => Malformed::Json(syntax(error)),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// The error for a text that holds half of a surrogate pair. serde_json finds its place when it decodes every text of the body.
fn no_unicode(error: &serde_json::Error, bytes: &[u8]) -> Malformed {
    let found = serde_json::from_slice::<serde_json::Value>(bytes).err();
    Malformed::Json(syntax(found.as_ref().unwrap_or(error)))
}

/// Where and why a text is not JSON.
fn syntax(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let is_surrogate =
        ["unexpected end of hex escape", "lone leading surrogate"].iter().any(|it| message.starts_with(it));
    match is_surrogate {
        true => format!(
            "a text holds half of a UTF-16 surrogate pair (\\ud800 to \\udfff on its own) at line {} column {}; send both \
             halves, or \\ufffd in its place",
            error.line(),
            error.column()
        ),
        false => message,
    }
}

/// serde's message, made safe to show: it quotes the sender's value, however long, before its own words.
fn shortened(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((found, expected)) => format!("{}, expected {expected}", excerpt(found)),
        None => excerpt(message).into_owned(),
    }
}

impl Malformed {
    /// Names the first of these unknown fields where one is missing: the sender's name for it, such as `source_code`.
    fn with_unknown(self, unknown: &[String]) -> Self {
        match self {
            Self::Shape { field, reason } if field.is_empty() && reason.starts_with("missing field") => {
                let sent = unknown.iter().find(|name| !name.contains(['.', '[']));
                let sent = sent.map(|name| format!("; there is no field `{name}`"));
                Self::Shape { field, reason: reason + &sent.unwrap_or_default() }
            }
            other => other,
        }
    }

    /// The sentence about it.
    pub(crate) fn in_the(self, whole: Whole) -> Invalid {
        match (self, whole) {
            (Self::Json(reason), Whole::Body) => Invalid::Json(reason),
            (Self::Json(reason), Whole::Message) => {
                Invalid::Request(format!("The message is not valid JSON: {reason}."))
            }
            (Self::Shape { field, reason }, whole) if field.is_empty() => {
                let whole = if whole == Whole::Body { "body" } else { "message" };
                Invalid::Request(format!("The {whole} cannot be used: {reason}."))
            }
            (Self::Shape { field, reason }, _) => {
                Invalid::Request(format!("`{}` cannot be used: {reason}.", excerpt(&field)))
            }
        }
    }
}

impl From<InvalidRequest> for Invalid {
    fn from(invalid: InvalidRequest) -> Self {
        Self::Request(format!("{invalid}."))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Whole, object};

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Shape {
        code: String,
        args: Option<Vec<String>>,
        files: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        path: String,
    }

    /// Checks the beginning of the sentence about a bad body.
    fn check(body: &str, expected: &str) {
        let sentence = object::<Shape>(body.as_bytes()).expect_err(body).in_the(Whole::Body).to_string();
        assert!(sentence.starts_with(expected) && sentence.ends_with('.'), "{body}: {sentence}");
    }

    #[test]
    fn bodies_that_are_not_json_are_refused() {
        for (body, reason) in [
            ("", "it is empty"),
            ("  ", "it is empty"),
            ("{\"code\":", "EOF while parsing a value at line 1 column 8"),
            ("nonsense", "expected ident at line 1 column 2"),
            ("{code: 1}", "key must be a string at line 1 column 2"),
            (r#"{"code":""} x"#, "trailing characters at line 1 column 13"),
        ] {
            check(body, &format!("The body is not valid JSON: {reason}."));
        }
        assert!(object::<Shape>(b"{\"code\":\"\xff\"}").is_err(), "bytes that are not UTF-8 were taken");
    }

    #[test]
    fn half_a_surrogate_pair_is_named_with_a_remedy() {
        for (body, column) in [
            (r#"{"code":"\ud800"}"#, 16),
            (r#"{"code":"\ud83d x"}"#, 16),
            (r#"{"code":"\ud800\n"}"#, 17),
            (r#"{"code":"\ud800\ud800"}"#, 21),
            (r#"{"code":"\udc00"}"#, 15),
        ] {
            let sentence = format!(
                "The body is not valid JSON: a text holds half of a UTF-16 surrogate pair (\\ud800 to \\udfff on its own) \
                 at line 1 column {column}; send both halves, or \\ufffd in its place."
            );
            check(body, &sentence);
        }
    }

    #[test]
    fn wrong_types_name_the_field_and_what_was_expected() {
        check("{}", "The body cannot be used: missing field `code`");
        check(r#"{"code":null}"#, "`code` cannot be used: invalid type: null, expected a string");
        check(r#"{"code":5}"#, "`code` cannot be used: invalid type: integer `5`, expected a string");
        check(r#"{"code":"","code":""}"#, "The body cannot be used: duplicate field `code`");
        check(
            r#"{"code":"","args":["a",1]}"#,
            "`args[1]` cannot be used: invalid type: integer `1`, expected a string",
        );
        check(
            r#"{"code":"","files":[{"path":[]}]}"#,
            "`files[0].path` cannot be used: invalid type: sequence, expected",
        );
        check(r#"{"code":"","files":[{}]}"#, "`files[0]` cannot be used: missing field `path`");
        check(r#"{"code":1e999}"#, "`code` cannot be used: number out of range");
    }

    #[test]
    fn a_field_of_another_service_is_named_where_one_is_missing() {
        check(
            r#"{"script":"x"}"#,
            "The body cannot be used: missing field `code` at line 1 column 14; there is no field `script`.",
        );
        check(r#"{"files":[{"name":"a"}]}"#, "`files[0]` cannot be used: missing field `path` at line");
    }

    #[test]
    fn what_was_expected_is_said_however_long_the_value_is() {
        let body = format!(r#"{{"code":"","args":"{}, expected less"}}"#, "x".repeat(9999));
        let sentence = object::<Shape>(body.as_bytes()).expect_err("no list").in_the(Whole::Body).to_string();
        assert!(sentence.contains("xxx…, expected a sequence") && sentence.len() < 400, "{sentence}");
    }

    #[test]
    fn only_an_object_is_a_body() {
        for body in [r#"["print(1)"]"#, "null", "5", r#""code""#] {
            check(body, "The body cannot be used: it must be a JSON object such as {\"code\": \"…\"}.");
        }
    }

    #[test]
    fn null_and_unknown_fields_are_accepted() {
        let shape: Shape = object(br#" {"code":"x","args":null,"more":{"a":[1]}} "#).expect("a body");
        assert!(shape.args.is_none());
    }
}
