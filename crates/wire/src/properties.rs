//! Values of every type: each is read as it was written, also by a reader or from a writer of another version.

use std::fmt::Debug;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

use crate::*;

/// Writes `value` and reads it again, with a field that this version does not know.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).expect("JSON");
    prop_assert_eq!(&serde_json::from_str::<T>(&text).expect("the same type"), value);
    let mut newer: Value = serde_json::from_str(&text).expect("JSON");
    if let Value::Object(fields) = &mut newer {
        fields.insert("added_later".to_owned(), Value::from(vec![1]));
    }
    prop_assert_eq!(&serde_json::from_value::<T>(newer).expect("the same type"), value);
    Ok(())
}

/// Reads any JSON as a type, writes the value, and reads it again: the two values must be equal.
fn check_any<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &Value) -> Result<(), TestCaseError> {
    serde_json::from_value::<T>(json.clone()).map_or(Ok(()), |value| check(&value))
}

fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

fn some_text() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

/// Milliseconds in the precision of a microsecond.
fn milliseconds() -> impl Strategy<Value = f64> {
    any::<u32>().prop_map(|microseconds| f64::from(microseconds) / 1000.0)
}

/// A moment that RFC 3339 can write.
fn moment() -> impl Strategy<Value = OffsetDateTime> {
    (0_i64..253_402_300_800).prop_map(|seconds| OffsetDateTime::from_unix_timestamp(seconds).expect("a time"))
}

fn encoding() -> impl Strategy<Value = Encoding> {
    select(vec![Encoding::Utf8, Encoding::Base64])
}

fn file() -> impl Strategy<Value = InputFile> {
    let parts = (text(), text(), option::of(encoding()));
    parts.prop_map(|(path, content, encoding)| InputFile { path, content, encoding })
}

fn level() -> impl Strategy<Value = Level> {
    select(vec![Level::Auto, Level::None, Level::Sandbox, Level::Wasm, Level::Container])
}

prop_compose! {
    fn request()(
        code in text(),
        code_encoding in option::of(encoding()),
        (language, stdin) in (some_text(), some_text()),
        args in option::of(vec(text(), 0..3)),
        env in option::of(btree_map(text(), text(), 0..3)),
        files in option::of(vec(file(), 0..3)),
        timeout_ms in option::of(any::<u64>().prop_map(WholeNumber)),
        isolation in option::of(level()),
        network in option::of(select(vec![Network::Off, Network::Ask, Network::On])),
    ) -> ExecuteRequest {
        ExecuteRequest { code, code_encoding, language, stdin, args, env, files, timeout_ms, isolation, network }
    }
}

fn client_message() -> impl Strategy<Value = ClientMessage> {
    let size = || (any::<u16>(), any::<u16>()).prop_map(|(columns, rows)| TerminalSize { columns, rows });
    let run = (request(), option::of(size())).prop_map(|(request, terminal)| Run { request, terminal });
    prop_oneof![
        run.prop_map(|run| ClientMessage::Run(Box::new(run))),
        text().prop_map(|data| ClientMessage::Stdin(Typed { data })),
        Just(ClientMessage::Eof),
        select(vec![SignalName::Interrupt, SignalName::Terminate, SignalName::Kill])
            .prop_map(|signal| ClientMessage::Signal(SentSignal { signal })),
        size().prop_map(ClientMessage::Resize),
    ]
}

fn words() -> impl Strategy<Value = Words> {
    let leaf = (text(), text()).prop_map(|(code, text)| Words { code, values: Default::default(), text });
    leaf.prop_recursive(3, 12, 3, |inner| {
        let filling = prop_oneof![
            text().prop_map(Filling::Text),
            inner.clone().prop_map(Filling::Words),
            vec(inner, 0..3).prop_map(Filling::List),
        ];
        (text(), btree_map(text(), filling, 0..3), text()).prop_map(|(code, values, text)| Words { code, values, text })
    })
}

fn result_file() -> impl Strategy<Value = ResultFile> {
    (text(), any::<u64>(), text(), some_text()).prop_map(|(path, size_bytes, media_type, content)| ResultFile {
        path,
        size_bytes,
        media_type,
        content,
    })
}

prop_compose! {
    fn ending()(
        status in select(vec![RunStatus::Completed, RunStatus::Failed, RunStatus::Timeout, RunStatus::MemoryLimit]),
        (id, language, runtime, isolation) in (text(), text(), text(), text()),
        exit_code in any::<Option<i32>>(),
        (signal, containment) in (some_text(), some_text()),
        (duration_ms, cpu_ms) in (milliseconds(), milliseconds()),
        peak_memory_bytes in any::<u64>(),
        (output_truncated, error_truncated) in any::<(bool, bool)>(),
        granted in option::of((vec(text(), 0..2), vec(text(), 0..2), any::<bool>())),
        files in vec(result_file(), 0..3),
        ignored in vec(text(), 0..3),
    ) -> Ending {
        let granted = granted.map(|(read, write, network)| Granted { read, write, network });
        Ending {
            status, id, language, runtime, exit_code, signal, duration_ms, cpu_ms, peak_memory_bytes, output_truncated,
            error_truncated, isolation, granted, containment, files, ignored,
        }
    }
}

fn finished() -> impl Strategy<Value = Finished> {
    (any::<bool>(), ending()).prop_map(|(success, ending)| Finished { success, ending })
}

fn server_message() -> impl Strategy<Value = ServerMessage> {
    let codes = vec![Code::InvalidJson, Code::IsolationUnavailable, Code::Internal, Code::ShuttingDown];
    let error = (select(codes), text(), option::of(words()));
    prop_oneof![
        (text(), text(), text()).prop_map(|(id, language, runtime)| ServerMessage::Started(Started {
            id,
            language,
            runtime
        })),
        text().prop_map(|data| ServerMessage::Stdout(Printed { data })),
        text().prop_map(|data| ServerMessage::Stderr(Printed { data })),
        finished().prop_map(|finished| ServerMessage::Finished(Box::new(finished))),
        error.prop_map(|(code, error, reason)| ServerMessage::Error(ErrorBody::new(code, error, reason))),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    let variable = (text(), some_text()).prop_map(|(name, value)| GivenVariable { name, value });
    let file = (text(), any::<u64>(), some_text(), encoding());
    let file = file.prop_map(|(path, size_bytes, content, encoding)| GivenFile { path, size_bytes, content, encoding });
    let missing = select(vec![Missing::Code, Missing::Stdin, Missing::Files, Missing::Typed]);
    let parts = (text(), vec(text(), 0..3), vec(variable, 0..3), vec(file, 0..3), vec(missing, 0..3));
    parts.prop_map(|(stdin, args, env, files, missing)| Given { stdin, args, env, files, missing })
}

prop_compose! {
    fn summary()(
        (id, language, runtime, status) in (text(), text(), text(), text()),
        started_at in moment(),
        duration_ms in option::of(milliseconds()),
        (origin, first_line) in (text(), text()),
        exit_code in any::<Option<i32>>(),
        isolation in some_text(),
    ) -> ExecutionSummary {
        ExecutionSummary { id, started_at, language, runtime, status, duration_ms, origin, exit_code, isolation, first_line }
    }
}

/// Any JSON, often with the names of our fields.
fn json() -> impl Strategy<Value = Value> {
    let names = vec![
        "type", "code", "values", "text", "data", "signal", "run", "eof", "stdin", "kill", "columns", "rows", "path",
    ];
    let name = move || prop_oneof![4 => select(names.clone()).prop_map(str::to_owned), 1 => text()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u32..200_000).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        name.clone()().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let fields = btree_map(name.clone()(), inner.clone(), 0..5);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn requests_and_messages_are_read_as_they_are_written(request in request(), message in client_message()) {
        check(&request)?;
        check(&message)?;
    }

    #[test]
    fn results_are_read_as_they_are_written(message in server_message(), output in text(), error in text(), ending in ending()) {
        check(&message)?;
        check(&ExecuteResponse { success: ending.status == RunStatus::Completed, output, error, ending })?;
    }

    #[test]
    fn records_are_read_as_they_are_written(given in given(), items in vec(summary(), 0..3), next in some_text()) {
        check(&given)?;
        check(&ExecutionsPage { items, next })?;
    }

    #[test]
    fn sentences_are_read_as_they_are_written(words in words()) {
        check(&words)?;
    }

    #[test]
    fn any_json_is_a_value_or_an_error(json in json()) {
        check_any::<ExecuteRequest>(&json)?;
        check_any::<ClientMessage>(&json)?;
        check_any::<ServerMessage>(&json)?;
        check_any::<Given>(&json)?;
        check_any::<Words>(&json)?;
        check_any::<ErrorBody>(&json)?;
    }
}
