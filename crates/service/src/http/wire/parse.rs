//! Parsing JSON bodies, with errors for their senders.

use serde::de::DeserializeOwned;
use serde_ignored::Path;
use serde_json::error::Category;

use runtray_engine::{InvalidRequest, shown};

use super::encoding;
use super::messages::{self, not_json, without_position};

/// The most ignored fields that are named.
const MOST_IGNORED: usize = 20;

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

/// A field whose type is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// The field, such as `files[0].path`; empty for the body itself.
    pub(crate) field: String,
    /// What is wrong, to follow the field's name in a sentence.
    pub(crate) reason: String,
}

/// What is wrong with a JSON text, before it is put into a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is not JSON.
    Json(String),
    /// It is JSON of another shape.
    Shape(Mismatch),
}

/// Reads a JSON object.
///
/// # Errors
/// The bytes are not JSON, or not of the shape of `T`.
pub(crate) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    object_and_ignored(bytes).map(|(object, _)| object)
}

/// The same with the names of the fields that `T` does not have, such as `timeout` or `files[0].mode`; the first few of them.
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
    let value = serde_ignored::deserialize(tracked, |path| note_ignored(&mut ignored, &path))
        .map_err(|error| malformed(track.path().to_string(), &error))?;
    reader.end().map_err(|error| Malformed::Json(not_json(&error)))?;
    Ok((value, ignored))
}

fn note_ignored(ignored: &mut Vec<String>, path: &Path<'_>) {
    if ignored.len() < MOST_IGNORED {
        ignored.push(shown(&name_of(path)).into_owned());
    }
}

/// A field's name as our sentences write it: `files[0].path`.
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
        Err(error) => Malformed::Json(not_json(&error)),
        Ok(_) => Malformed::Shape(Mismatch {
            field: String::new(),
            reason: "must be a JSON object such as {\"code\": \"…\"}".into(),
        }),
    }
}

fn malformed(field: String, error: &serde_json::Error) -> Malformed {
    let message = error.to_string();
    match error.classify() {
        // JSON has no largest number, but our types do.
        _ if message.starts_with("number out of range") => {
            Malformed::Shape(Mismatch { field, reason: "is a number that is too large".into() })
        }
        Category::Data => Malformed::Shape(mismatch(field, &message)),
        Category::Syntax | Category::Eof | Category::Io => Malformed::Json(not_json(error)),
    }
}

/// Converts serde's message to the end of a sentence about the field.
fn mismatch(field: String, message: &str) -> Mismatch {
    let message = without_position(message);
    let named = |name: &str| if field == "." { name.to_owned() } else { format!("{field}.{name}") };
    if let Some(name) = quoted(message, "missing field ") {
        return Mismatch { field: named(name), reason: "is missing".into() };
    }
    if let Some(name) = quoted(message, "duplicate field ") {
        return Mismatch { field: named(name), reason: "is given twice".into() };
    }
    Mismatch { field, reason: messages::mismatch(message) }
}

fn quoted<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.strip_prefix('`')?.strip_suffix('`')
}

impl From<Malformed> for Invalid {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Json(reason) => Self::Json(reason),
            Malformed::Shape(Mismatch { field, reason }) if field.is_empty() || field == "." => {
                Self::Request(format!("The body {reason}."))
            }
            Malformed::Shape(Mismatch { field, reason }) => Self::Request(format!("`{}` {reason}.", shown(&field))),
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

    use super::{Invalid, object};

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

    fn check(body: &str, expected: &str) {
        let error = Invalid::from(object::<Shape>(body.as_bytes()).expect_err(body));
        assert_eq!(error.to_string(), expected, "{body}");
    }

    #[test]
    fn bodies_that_are_not_json_are_refused() {
        check("", "The body is not valid JSON: it is empty.");
        check("  ", "The body is not valid JSON: it is empty.");
        check("{\"code\":", "The body is not valid JSON: at line 1 column 8 it ends too early.");
        let value = "a value was expected: text in double quotes, a number, true, false, null, a list or an object";
        check("nonsense", &format!("The body is not valid JSON: at line 1 column 2 {value}."));
        check("{code: 1}", "The body is not valid JSON: at line 1 column 2 a name in double quotes was expected.");
        check(r#"{"code":""} x"#, "The body is not valid JSON: at line 1 column 13 more text follows the JSON value.");
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
                "The body is not valid JSON: at line 1 column {column} a text holds half of a UTF-16 surrogate pair \
                 (\\ud800 to \\udfff on its own), which is no character; send both halves, or \\ufffd in its place."
            );
            check(body, &sentence);
        }
    }

    #[test]
    fn wrong_types_name_the_field_and_what_was_expected() {
        check("{}", "`code` is missing.");
        check(r#"{"code":null}"#, "`code` must be a string, not null.");
        check(r#"{"code":5}"#, "`code` must be a string, not 5.");
        check(r#"{"code":"","code":""}"#, "`code` is given twice.");
        check(r#"{"code":"","args":["a",1]}"#, "`args[1]` must be a string, not 1.");
        check(r#"{"code":"","files":[{"path":[]}]}"#, "`files[0].path` must be a string, not a list.");
        check(r#"{"code":"","files":[{}]}"#, "`files[0].path` is missing.");
    }

    #[test]
    fn only_an_object_is_a_body() {
        for body in [r#"["print(1)"]"#, "null", "5", r#""code""#] {
            check(body, "The body must be a JSON object such as {\"code\": \"…\"}.");
        }
    }

    #[test]
    fn null_and_unknown_fields_are_accepted() {
        let shape: Shape = object(br#" {"code":"x","args":null,"more":{"a":[1]}} "#).expect("a body");
        assert!(shape.args.is_none());
    }
}
