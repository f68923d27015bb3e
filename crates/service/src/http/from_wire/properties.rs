//! Arbitrary JSON: accepted, or refused with a sentence that names the mistake.

use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use runtray_wire::{Encoding, ExecuteRequest, InputFile, Level, Network, WholeNumber};
use serde_json::{Map, Value};

use super::json::{Invalid, Whole};
use super::message::{parse_command, parse_run};
use super::request::{Timeouts, parse_request};
use crate::http::error::Error;

const TIMEOUTS: Timeouts = Timeouts { default: Duration::from_secs(10), max: Duration::from_secs(60) };
/// Names of fields, and values that some of them take.
const WORDS: [&str; 30] = [
    "code",
    "code_encoding",
    "language",
    "stdin",
    "args",
    "env",
    "files",
    "timeout_ms",
    "isolation",
    "network",
    "path",
    "content",
    "encoding",
    "type",
    "terminal",
    "columns",
    "rows",
    "data",
    "signal",
    "run",
    "eof",
    "resize",
    "kill",
    "base64",
    "utf8",
    "sandbox",
    "auto",
    "off",
    "../a",
    "IyDp",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(WORDS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Any JSON, often with our names in it.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec![0, 1, 80, 1000, 60_000, 60_001]).prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        2 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        3 => number,
        6 => word().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            btree_map(word(), inner, 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An object with a program, and fields of any kind that may replace it.
fn body() -> impl Strategy<Value = Value> {
    (btree_map(word(), value(), 0..6), option::weighted(0.8, "[a-z ()]{0,8}"), option::of(word())).prop_map(
        |(fields, code, kind)| {
            let mut body: Map<String, Value> = fields.into_iter().collect();
            code.into_iter().for_each(|code| drop(body.insert("code".into(), code.into())));
            kind.into_iter().for_each(|kind| drop(body.insert("type".into(), kind.into())));
            Value::Object(body)
        },
    )
}

/// Texts that are nearly JSON.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    (prop_oneof![body(), value()], any::<Index>(), any::<u8>(), any::<bool>()).prop_map(|(value, place, byte, cut)| {
        let mut text = value.to_string().into_bytes();
        let at = place.index(text.len());
        if cut {
            text.truncate(at);
        } else {
            text[at] = byte;
        }
        text
    })
}

/// Checks that a refusal is one of the client's mistakes, in a short sentence without the client's control characters.
fn check_clear(invalid: Invalid) -> Result<(), TestCaseError> {
    let error = Error::from(invalid);
    let sentence = error.to_string();
    prop_assert_eq!(error.status().as_u16(), 400, "{}", sentence);
    prop_assert!(sentence.ends_with('.') && sentence.len() < 1000, "{sentence:?}");
    prop_assert!(sentence.starts_with(char::is_uppercase) || sentence.starts_with('`'), "{sentence:?}");
    prop_assert!(!sentence.contains(char::is_control), "{sentence:?}");
    Ok(())
}

/// Checks one text as a body and as either kind of message.
fn check(text: &[u8]) -> Result<(), TestCaseError> {
    let verdicts =
        [parse_request(text, Whole::Body, TIMEOUTS).err(), parse_run(text, TIMEOUTS).err(), parse_command(text).err()];
    verdicts.into_iter().flatten().try_for_each(check_clear)
}

fn encoding() -> impl Strategy<Value = Option<Encoding>> {
    option::of(Just(Encoding::Utf8))
}

prop_compose! {
    /// A request that is accepted.
    fn good_request()(
        code in any::<String>(),
        code_encoding in encoding(),
        language in option::of(any::<String>()),
        stdin in option::of(any::<String>()),
        args in option::of(vec("[^\0]{0,6}", 0..3)),
        env in option::of(btree_map("[A-Z_a-zé]{1,6}", "[^\0]{0,6}", 0..3)),
        contents in option::of(vec((any::<String>(), encoding()), 0..3)),
        timeout in option::of(1_u64..=60_000),
        isolation in option::of(select(vec![Level::Auto, Level::None, Level::Sandbox, Level::Wasm, Level::Container])),
        network in option::of(select(vec![Network::Off, Network::Ask, Network::On])),
    ) -> ExecuteRequest {
        let file = |(index, (content, encoding))| InputFile { path: format!("a/{index}.txt"), content, encoding };
        let files = contents.map(|contents| contents.into_iter().enumerate().map(file).collect());
        let timeout_ms = timeout.map(WholeNumber);
        ExecuteRequest { code, code_encoding, language, stdin, args, env, files, timeout_ms, isolation, network }
    }
}

proptest! {
    #[test]
    fn any_json_is_accepted_or_refused_with_a_reason(body in prop_oneof![4 => body(), 1 => value()]) {
        check(body.to_string().as_bytes())?;
        check(serde_json::to_string_pretty(&body).expect("JSON").as_bytes())?;
    }

    #[test]
    fn any_bytes_are_accepted_or_refused_with_a_reason(text in prop_oneof![damaged(), vec(any::<u8>(), 0..60)]) {
        check(&text)?;
    }

    #[test]
    fn a_request_arrives_as_it_was_written(wire in good_request()) {
        let json = serde_json::to_vec(&wire).expect("JSON");
        let parsed = parse_request(&json, Whole::Body, TIMEOUTS).expect("it is good");
        let (request, stdin) = (&parsed.request, wire.stdin.unwrap_or_default());
        prop_assert_eq!(request.source(), wire.code.as_bytes());
        prop_assert_eq!(parsed.language, wire.language.unwrap_or("python".into()));
        prop_assert_eq!(&request.stdin()[..], stdin.as_bytes());
        prop_assert_eq!(request.args(), wire.args.unwrap_or_default());
        prop_assert_eq!(request.env().to_vec(), wire.env.unwrap_or_default().into_iter().collect::<Vec<_>>());
        let timeout = wire.timeout_ms.map_or(TIMEOUTS.default, |number| Duration::from_millis(number.0));
        prop_assert_eq!((request.timeout(), parsed.isolation, parsed.network), (timeout, wire.isolation, wire.network));
        let files = wire.files.unwrap_or_default();
        prop_assert_eq!(request.files().len(), files.len());
        for (arrived, written) in request.files().iter().zip(&files) {
            prop_assert_eq!((arrived.path.as_str(), &*arrived.content), (&*written.path, written.content.as_bytes()));
        }
        prop_assert!(parsed.ignored.is_empty(), "{:?}", parsed.ignored);
    }

    #[test]
    fn what_is_typed_arrives_as_it_was_written(data in any::<String>()) {
        let json = serde_json::json!({ "type": "stdin", "data": data }).to_string();
        let command = parse_command(json.as_bytes()).expect("input");
        prop_assert_eq!(command, runtray_engine::Command::Stdin(data.into_bytes()));
    }
}
