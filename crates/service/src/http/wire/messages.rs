//! Error messages of serde_json and base64, reworded for the senders of bad input.

use base64::DecodeError;
use runtray_engine::shown;

const VALUE: &str = "a value was expected: text in double quotes, a number, true, false, null, a list or an object";
/// serde_json's own message suggests that a digit is missing.
const HALF: &str = "a text holds half of a UTF-16 surrogate pair (\\ud800 to \\udfff on its own), which is no character; send both \
                    halves, or \\ufffd in its place";

/// The beginnings of serde_json's messages, and our wording.
const SYNTAX: [(&str, &str); 15] = [
    ("EOF while parsing", "it ends too early"),
    ("expected ident", VALUE),
    ("expected value", VALUE),
    ("trailing characters", "more text follows the JSON value"),
    ("trailing comma", "a comma stands before a closing bracket"),
    ("key must be a string", "a name in double quotes was expected"),
    ("expected `:`", "`:` was expected"),
    ("expected `,` or `}`", "`,` or `}` was expected"),
    ("expected `,` or `]`", "`,` or `]` was expected"),
    ("control character", "a text holds a line break or another control character; write it as \\n, \\t or \\u0000"),
    ("invalid escape", "a text holds a backslash that begins no escape; write it as \\\\"),
    ("invalid unicode code point", "a text is not UTF-8"),
    ("recursion limit exceeded", "lists and objects are nested too deeply"),
    ("unexpected end of hex escape", HALF),
    ("lone leading surrogate", HALF),
];

/// Where and why a text is not JSON.
pub(super) fn not_json(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = without_position(&message);
    let words = SYNTAX.iter().find(|(start, _)| message.starts_with(start)).map_or(message, |(_, words)| words);
    format!("at line {} column {} {words}", error.line(), error.column())
}

/// What a value of a wrong type or name should be, to follow its field in a sentence.
pub(super) fn mismatch(message: &str) -> String {
    if let Some((found, names)) = message.strip_prefix("unknown variant ").and_then(split_expected) {
        return format!("must be {names}, not {}", shown(found));
    }
    let typed = ["invalid type: ", "invalid value: "].iter().find_map(|start| message.strip_prefix(start));
    match typed.and_then(split_expected) {
        Some((found, wanted)) => format!("must be {}, not {}", expected(wanted), described(found)),
        None => format!("is wrong: {}", shown(message)),
    }
}

/// Why a text is not base64, to follow its field in a sentence.
pub(super) fn not_base64(error: &DecodeError) -> String {
    match error {
        DecodeError::InvalidByte(before, _) => {
            format!("is not base64: what follows its first {before} bytes is none of A-Z, a-z, 0-9, + and /")
        }
        DecodeError::InvalidLength(_) | DecodeError::InvalidLastSymbol(..) | DecodeError::InvalidPadding => {
            "is not base64: its end is missing, or the `=` that fill it up to a multiple of four".into()
        }
    }
}

/// The message without the position, which serde_json appends.
pub(super) fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(start, _)| start)
}

/// The found value, which comes from the client, and the expected one, which is ours.
fn split_expected(message: &str) -> Option<(&str, &str)> {
    message.rsplit_once(", expected ")
}

fn expected(words: &str) -> &str {
    match words {
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "true or false",
        "i64" | "u64" | "a JSON number" => "a whole number",
        _ if words.starts_with("struct ") => "an object",
        _ if words.starts_with("enum ") => "a name in double quotes",
        other => other,
    }
}

fn described(found: &str) -> String {
    let typed = found.split_once(' ').filter(|(kind, _)| ["integer", "boolean", "string"].contains(kind));
    match (found, typed) {
        ("sequence", _) => "a list".into(),
        ("map", _) => "an object".into(),
        (_, Some((_, value))) => shown(value.trim_matches('`')).into_owned(),
        (other, None) => shown(other.trim_start_matches("floating point ").trim_matches('`')).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::{mismatch, not_base64};

    fn check<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str, expected: &str) {
        let message = serde_json::from_str::<T>(json).expect_err(json).to_string();
        assert_eq!(mismatch(super::without_position(&message)), expected, "{json}");
    }

    #[derive(Debug, serde::Deserialize)]
    struct Size {
        #[expect(dead_code, reason = "only its shape matters")]
        columns: i64,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Name {
        Utf8,
        Base64,
    }

    #[test]
    fn types_have_everyday_names() {
        assert!(!format!("{:?}{:?}", Name::Utf8, Name::Base64).is_empty());
        check::<Size>("5", "must be an object, not 5");
        check::<Size>(r#"{"columns":1.5}"#, "must be a whole number, not 1.5");
        check::<Size>(r#"{"columns":"80, expected 80"}"#, r#"must be a whole number, not "80, expected 80""#);
        check::<Vec<String>>("{}", "must be a list, not an object");
        check::<String>("[]", "must be a string, not a list");
        check::<String>("true", "must be a string, not true");
        check::<Name>(r#""hex""#, "must be `utf8` or `base64`, not `hex`");
        check::<Vec<u8>>(&format!("\"{}\"", "x".repeat(299)), &format!("must be a list, not \"{}…", "x".repeat(199)));
    }

    #[test]
    fn base64_says_where_it_ends() {
        for (text, part) in
            [("aGk—", "its first 3 bytes"), ("aGk", "its end is missing"), ("aGl=", "its end is missing")]
        {
            let said = not_base64(&BASE64_STANDARD.decode(text).expect_err(text));
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}
