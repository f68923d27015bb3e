//! A parser for the header `Forwarded` (RFC 7239) that returns the hosts in it.
//!
//! `forwarded-element *( OWS "," OWS forwarded-element )`, each element `name=value` pairs between semicolons. It is stricter
//! than proxies where leniency could hide a host, and more lenient where it could not: a colon without quotes, as in
//! `host=localhost:3001`, is accepted, because many proxies write it.

/// Every host that the header names; `None` if the header is malformed.
pub(super) fn hosts(text: &str) -> Option<Vec<String>> {
    let mut rest = text;
    let mut hosts = Vec::new();
    let mut names: Vec<String> = Vec::new();
    loop {
        rest = rest.trim_start_matches(BLANKS);
        // An empty element is allowed between two separators.
        if !rest.is_empty() && !rest.starts_with(SEPARATORS) {
            let (name, value, after) = pair(rest)?;
            // A repeated name may hide a host from parsers that take the other one.
            if names.contains(&name) {
                return None;
            }
            if name == "host" {
                hosts.push(value);
            }
            names.push(name);
            rest = after.trim_start_matches(BLANKS);
        }
        let Some(separator) = rest.chars().next() else { return Some(hosts) };
        // Each element may name a parameter once, so the names start anew.
        match separator {
            ',' => names.clear(),
            ';' => {}
            _ => return None,
        }
        rest = &rest[separator.len_utf8()..];
    }
}

const BLANKS: [char; 2] = [' ', '\t'];
const SEPARATORS: [char; 2] = [',', ';'];

/// A name in lower case, its value without quotes, and the rest of the text.
fn pair(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || TOKEN.contains(&byte));
    if !is_token {
        return None;
    }
    let (value, after) = match rest.strip_prefix('"') {
        Some(rest) => quoted(rest)?,
        None => plain(rest)?,
    };
    Some((name.to_ascii_lowercase(), value, after))
}

/// The characters of a token besides letters and digits (RFC 9110, 5.6.2).
const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~";

fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find(|character: char| BLANKS.contains(&character) || SEPARATORS.contains(&character));
    let (value, after) = text.split_at(end.unwrap_or(text.len()));
    let is_value = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\=".contains(&byte));
    is_value.then(|| (value.to_owned(), after))
}

/// The text up to the closing quote, and the rest. A backslash escapes the next character.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
