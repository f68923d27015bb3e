//! Texts of a request that may be large.
//!
//! serde_json decodes a text that has escapes into a buffer of its own, and copies it from there: a program would be in memory
//! twice. Here it is decoded into the one piece of memory that it then stays in.

use serde::de::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

/// The beginning of the error for a text that is no Unicode. serde_json finds the place when it reads the whole body.
pub(super) const NO_UNICODE: &str = "this text is no Unicode";

/// Reads a text.
pub(super) fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    read(<&RawValue>::deserialize(deserializer)?.get())
}

/// Reads a text or `null`.
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match <&RawValue>::deserialize(deserializer)?.get() {
        "null" => Ok(None),
        json => read(json).map(Some),
    }
}

fn read<E: serde::de::Error>(json: &str) -> Result<String, E> {
    let text = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match text {
        Some(text) => decode(text).ok_or_else(|| E::custom(NO_UNICODE)),
        None => serde_json::from_str(json).map_err(|error| E::custom(without_position(&error.to_string()))),
    }
}

/// serde_json's message without its place, which is one in `json` and not in the whole body.
fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

/// The text of a valid JSON string between its quotes; `None` if it holds half of a surrogate pair.
fn decode(json: &str) -> Option<String> {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        let (character, after) = escape(escaped)?;
        text.push_str(plain);
        text.push(character);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// The character of an escape without its backslash, and the text after it.
fn escape(escaped: &str) -> Option<(char, &str)> {
    let (kind, rest) = escaped.split_at_checked(1)?;
    let character = match kind {
        "u" => return unicode(rest),
        "b" => '\u{8}',
        "f" => '\u{c}',
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        itself => itself.chars().next()?,
    };
    Some((character, rest))
}

/// The character of four hexadecimal digits, or of a surrogate pair that begins with them.
fn unicode(digits: &str) -> Option<(char, &str)> {
    let (first, rest) = unit(digits)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, rest));
    }
    let (second, rest) = unit(rest.strip_prefix("\\u")?)?;
    Some((char::decode_utf16([first, second]).next()?.ok()?, rest))
}

fn unit(digits: &str) -> Option<(u16, &str)> {
    let (digits, rest) = digits.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::decode;

    /// Texts between quotes, with every kind of escape and with none; half of a pair among them.
    const TEXTS: [&str; 16] = [
        "",
        "plain é 世 🎉",
        r"a\nb",
        r#"\"\\\/\b\f\n\r\t"#,
        r"\u0041\u00e9\u4E16",
        r"\ud83c\udf89",
        r"\uD83C\uDF89x",
        r"\\u0041",
        r"\u0000",
        r"\ud83c",
        r"\ud83cx",
        r"\ud83c\n",
        r"\ud83c\u0041",
        r"\udf89",
        r"\udf89\ud83c",
        r"\ud83c\ud83c\udf89",
    ];

    #[test]
    fn texts_are_decoded_as_serde_json_does() {
        for text in TEXTS {
            let expected = serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
            assert_eq!(decode(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_takes_no_more_memory_than_its_json() {
        let text = r"a\n".repeat(1000);
        assert_eq!(decode(&text).map(|text| (text.len(), text.capacity())), Some((2000, 3000)));
    }
}
