//! The tools, described for a language model: the installed languages, which state persists, how to hand over files.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use runtray_wire::Language;
use serde_json::{Value, json};

/// The name of the tool that runs a program.
pub(super) const RUN_CODE: &str = "run_code";
/// The name of the tool that lists the languages.
pub(super) const LIST_LANGUAGES: &str = "list_languages";

const RUN_CODE_SAYS: &str = "Runs a program on the user's computer and returns what it printed. \
Each call is a new process in an empty folder: no variable, import or file of an earlier call is there, so send the whole program. \
Print what you want to see; the value of a last expression is not shown. \
Files that the program needs go into `files`; files that it writes into its current folder are returned (pictures such as \
PNG are shown, so save plots with savefig instead of show()). \
There is nobody to type: `stdin` is all that the program can read. \
It is ended when `timeout_ms` is over, and partial output is returned.";

/// The tools for these languages.
pub(super) fn tools(languages: &[Language]) -> Vec<Tool> {
    vec![run_code(languages), list_languages()]
}

fn run_code(languages: &[Language]) -> Tool {
    let description = format!("{RUN_CODE_SAYS} {}", installed(languages));
    let hints = ToolAnnotations::with_title("Run code").read_only(false).destructive(true).open_world(true);
    Tool::new(RUN_CODE, description, run_code_input(languages)).with_title("Run code").with_annotations(hints)
}

fn list_languages() -> Tool {
    let hints = ToolAnnotations::with_title("List languages").read_only(true).open_world(false);
    let input = object(json!({"type": "object", "properties": {}}));
    let says = "Lists the languages that run_code takes, with their interpreters, and why one cannot be used.";
    Tool::new(LIST_LANGUAGES, says, input).with_title("List languages").with_annotations(hints)
}

fn run_code_input(languages: &[Language]) -> JsonObject {
    let names: Vec<&str> = available(languages).map(|(name, _)| name).collect();
    let language = match names.is_empty() {
        true => "The program's language; python when left out.".to_owned(),
        false => format!("The program's language, one of {}; python when left out.", names.join(", ")),
    };
    object(json!({
        "type": "object",
        "properties": {
            "code": {"type": "string", "description": "The whole program."},
            "language": {"type": "string", "description": language},
            "stdin": {"type": "string", "description": "The program's standard input, followed by end-of-file."},
            "args": {"type": "array", "items": {"type": "string"}, "description": "The program's arguments."},
            "env": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Environment variables.",
            },
            "files": {
                "type": "array",
                "description": "Files for the program's current folder.",
                "items": {
                    "type": "object",
                    "properties": {
                        "path": {"type": "string", "description": "Relative, such as data/input.csv."},
                        "content": {"type": "string"},
                        "encoding": {"type": "string", "enum": ["utf8", "base64"], "description": "utf8 when left out."},
                    },
                    "required": ["path", "content"],
                },
            },
            "timeout_ms": {
                "type": "integer",
                "minimum": 1,
                "description": "Milliseconds after which the program is ended; 10000 unless the user set another default.",
            },
        },
        "required": ["code"],
    }))
}

/// The sentence that lists the installed languages.
fn installed(languages: &[Language]) -> String {
    let found: Vec<String> = available(languages)
        .map(|(name, runtime)| if name == runtime { name.to_owned() } else { format!("{name} ({runtime})") })
        .collect();
    if found.is_empty() {
        "No interpreter was found yet.".to_owned()
    } else {
        format!("Installed: {}.", found.join(", "))
    }
}

/// The name and the interpreter of every language that can run.
fn available(languages: &[Language]) -> impl Iterator<Item = (&str, &str)> {
    let available = languages.iter().filter(|language| language.available);
    available.map(|language| (language.language.as_str(), language.runtime.as_deref().unwrap_or_default()))
}

fn object(value: Value) -> JsonObject {
    if let Value::Object(object) = value { object } else { JsonObject::new() }
}

#[cfg(test)]
mod tests {
    use runtray_wire::Language;

    use super::tools;

    fn language(name: &str, runtime: Option<&str>) -> Language {
        Language {
            language: name.to_owned(),
            aliases: Vec::new(),
            runtime: runtime.map(str::to_owned),
            version: None,
            path: None,
            isolation: None,
            available: runtime.is_some(),
            detail: String::new(),
            reason: None,
        }
    }

    #[test]
    fn only_what_is_installed_is_advertised() {
        let tools = tools(&[language("python", Some("CPython 3.13.1")), language("bash", None)]);
        let says = tools[0].description.as_deref().unwrap_or_default();
        assert!(says.ends_with("Installed: python (CPython 3.13.1)."), "{says}");
        let language = &tools[0].input_schema["properties"]["language"]["description"];
        assert_eq!(language, "The program's language, one of python; python when left out.");
    }
}
