//! Piston's request.
//!
//! It is checked by hand, because clients compare the messages.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_engine::{RelativePath, Request, SourceFile, excerpt};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::reply::{Refused, bad};
use crate::http::from_wire::json::{self as read, MOST_IGNORED, Whole};
use crate::settings::Settings;

/// The wall-clock time of a run that names none.
const RUN_TIMEOUT: Duration = Duration::from_secs(3);
/// The limits of each stage.
const LIMITS: [&str; 3] = ["timeout", "cpu_time", "memory_limit"];

/// A program for Piston's routes. Only what Runtray uses is listed; `compile_timeout`, `run_memory_limit` and the like are
/// checked and not applied.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PistonRequest)]
#[expect(dead_code, reason = "describes the request; it is checked by hand")]
pub(super) struct Description {
    /// A language's name or alias.
    #[schema(example = "python")]
    language: String,
    /// Which version will do, as npm's semver writes it.
    #[schema(example = "*")]
    version: String,
    /// The program's files; the first one is run.
    #[schema(min_items = 1)]
    files: Vec<FileDescription>,
    /// The program's standard input.
    stdin: Option<String>,
    /// The program's arguments.
    args: Option<Vec<String>>,
    /// Milliseconds of wall-clock time; 3000 when left out.
    #[schema(minimum = 0)]
    run_timeout: Option<f64>,
}

/// A file of a program.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PistonFile)]
#[expect(dead_code, reason = "describes the request; it is checked by hand")]
pub(super) struct FileDescription {
    /// Its name; `fileN.code` when left out.
    name: Option<String>,
    /// Its content.
    content: String,
    /// How `content` is written: `utf8`, `base64` or `hex`.
    encoding: Option<String>,
}

/// A request that is valid by itself; whether its language and version are here is not known yet.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) language: String,
    pub(super) version: String,
    pub(super) request: Request,
    /// The fields that Piston does not have.
    pub(super) ignored: Vec<String>,
}

/// Checks a body.
pub(super) fn parsed(body: &[u8], settings: &Settings) -> Result<Wanted, Refused> {
    let fields: Map<String, Value> =
        read::object(body).map_err(|malformed| bad(malformed.in_the(Whole::Body).to_string()))?;
    wanted(&fields, settings)
}

/// Checks the fields of a request.
pub(super) fn wanted(fields: &Map<String, Value>, settings: &Settings) -> Result<Wanted, Refused> {
    let text = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| bad(format!("{name} is required as a string")))
    };
    let (language, version) = (text("language")?, text("version")?);
    let files = fields.get("files").and_then(Value::as_array).ok_or_else(|| bad("files is required as an array"))?;
    let mut files = files.iter().enumerate().map(|(index, file)| source(index, file)).collect::<Result<Vec<_>, _>>()?;
    check_limits(fields, settings)?;
    if !files.iter().any(|file| file.is_text) {
        return Err(bad("files must include at least one utf8 encoded file"));
    }
    let main = files.remove(0);
    let others = files.into_iter().map(File::into_source).collect::<Result<Vec<_>, _>>()?;
    let request = Request::of_bytes(main.content, timeout(fields, settings)).with_stdin(stdin(fields)?);
    let invalid = |invalid: runtray_engine::InvalidRequest| bad(format!("{invalid}"));
    let request = request.with_args(args(fields)?).map_err(invalid)?.with_files(others).map_err(invalid)?;
    Ok(Wanted { language, version, request, ignored: ignored(fields) })
}

/// The names of the first few fields that Piston does not have. `type` is a field of WebSocket messages.
fn ignored(fields: &Map<String, Value>) -> Vec<String> {
    const FIELDS: [&str; 6] = ["type", "language", "version", "files", "stdin", "args"];
    let limits = ["compile", "run"].into_iter().flat_map(|stage| LIMITS.map(|limit| format!("{stage}_{limit}")));
    let limits: Vec<String> = limits.collect();
    let unknown = fields.keys().filter(|name| !FIELDS.contains(&name.as_str()) && !limits.contains(name));
    unknown.take(MOST_IGNORED).map(|name| excerpt(name).into_owned()).collect()
}

struct File {
    index: usize,
    name: String,
    content: Vec<u8>,
    is_text: bool,
}

impl File {
    fn into_source(self) -> Result<SourceFile, Refused> {
        let path =
            RelativePath::parse(&self.name).map_err(|reason| bad(format!("files[{}].name {reason}", self.index)))?;
        Ok(SourceFile { path, content: self.content })
    }
}

fn source(index: usize, file: &Value) -> Result<File, Refused> {
    let content = file.get("content").and_then(Value::as_str);
    let content = content.ok_or_else(|| bad(format!("files[{index}].content is required as a string")))?;
    let given = |field: &str| text_or_nothing(file.get(field), &format!("files[{index}].{field}"));
    let name = given("name")?.filter(|name| !name.is_empty());
    let encoding = given("encoding")?.unwrap_or("utf8");
    let broken = || bad(format!("files[{index}].content is not {encoding}"));
    let content = match encoding {
        "base64" => BASE64_STANDARD.decode(content).map_err(|_| broken())?,
        "hex" => hex::decode(content).map_err(|_| broken())?,
        // Piston takes every other name for text.
        _ => content.as_bytes().to_vec(),
    };
    let is_text = !["base64", "hex"].contains(&encoding);
    Ok(File { index, name: name.map_or_else(|| format!("file{index}.code"), str::to_owned), content, is_text })
}

fn args(fields: &Map<String, Value>) -> Result<Vec<String>, Refused> {
    let args = fields.get("args").filter(|args| !args.is_null());
    let Some(args) = args else { return Ok(Vec::new()) };
    let args = args.as_array().ok_or_else(|| bad("args must be an array"))?;
    Ok(args.iter().map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned)).collect())
}

/// Piston ends the input with a line break.
fn stdin(fields: &Map<String, Value>) -> Result<String, Refused> {
    let mut stdin = text_or_nothing(fields.get("stdin"), "stdin")?.unwrap_or_default().to_owned();
    if !stdin.ends_with('\n') {
        stdin.push('\n');
    }
    Ok(stdin)
}

/// A text that may be left out.
fn text_or_nothing<'a>(value: Option<&'a Value>, name: &str) -> Result<Option<&'a str>, Refused> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| bad(format!("If specified, {name} must be a string")))
}

fn timeout(fields: &Map<String, Value>, settings: &Settings) -> Duration {
    let named = fields.get("run_timeout").and_then(Value::as_f64).filter(|ms| *ms >= 1.0);
    named.map_or(RUN_TIMEOUT, |ms| Duration::from_millis(ms as u64)).min(settings.max_timeout)
}

fn check_limits(fields: &Map<String, Value>, settings: &Settings) -> Result<(), Refused> {
    let most_time = settings.max_timeout.as_millis() as f64;
    let most_memory = settings.limits.memory_bytes as f64;
    for stage in ["compile", "run"] {
        for (limit, most) in LIMITS.into_iter().zip([most_time, most_time, most_memory]) {
            let may_be_off = limit == "memory_limit";
            let name = format!("{stage}_{limit}");
            let Some(value) = fields.get(&name).filter(|value| !value.is_null()) else { continue };
            let value = value.as_f64().ok_or_else(|| bad(format!("If specified, {name} must be a number")))?;
            // Piston writes "no limit" as -1; our own limit holds then.
            if may_be_off && value == -1.0 {
                continue;
            }
            if value > most {
                return Err(bad(format!("{name} cannot exceed the configured limit of {most}")));
            }
            if value < 0.0 {
                return Err(bad(format!("{name} must be non-negative")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parsed;
    use crate::settings::Settings;

    fn check(body: &str, expected: &str) {
        let refused = parsed(body.as_bytes(), &Settings::default()).expect_err(body);
        assert_eq!(refused.message, expected, "{body}");
    }

    #[test]
    fn what_is_wrong_is_said_as_piston_says_it() {
        check("{}", "language is required as a string");
        check(r#"{"language":1}"#, "language is required as a string");
        check(r#"{"language":"a"}"#, "version is required as a string");
        check(r#"{"language":"a","version":"*","files":{}}"#, "files is required as an array");
        check(r#"{"language":"a","version":"*","files":[{}]}"#, "files[0].content is required as a string");
        let with = |field: &str| format!(r#"{{"language":"a","version":"*","files":[{{"content":""}}],{field}}}"#);
        check(&with(r#""run_timeout":"1""#), "If specified, run_timeout must be a number");
        check(&with(r#""run_timeout":300001"#), "run_timeout cannot exceed the configured limit of 300000");
        check(&with(r#""compile_timeout":-1"#), "compile_timeout must be non-negative");
        check(&with(r#""run_memory_limit":-2"#), "run_memory_limit must be non-negative");
        let hex = r#"{"language":"a","version":"*","files":[{"content":"00","encoding":"hex"}]}"#;
        check(hex, "files must include at least one utf8 encoded file");
        check(&hex.replace("00", "0"), "files[0].content is not hex");
        check(&with(r#""stdin":{}"#), "If specified, stdin must be a string");
        let named = r#"{"language":"a","version":"*","files":[{"content":"","name":5}]}"#;
        check(named, "If specified, files[0].name must be a string");
    }

    #[test]
    fn a_request_has_piston_s_defaults() {
        let body = r#"{"language":"a","version":"*","run_memory_limit":-1,"files":[{"content":"x"},{"content":"6869","encoding":"hex"}]}"#;
        let request = parsed(body.as_bytes(), &Settings::default()).expect("a request").request;
        assert_eq!((request.source(), &request.stdin()[..]), (&b"x"[..], &b"\n"[..]));
        assert_eq!(request.timeout(), Duration::from_secs(3));
        assert_eq!((request.files()[0].path.as_str(), &request.files()[0].content[..]), ("file1.code", &b"hi"[..]));
    }
}
