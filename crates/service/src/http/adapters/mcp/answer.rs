//! The answer of `POST /execute` as a tool's result: text, pictures and files for the model, and the answer itself as structured
//! content.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use runtray_wire::{Ending, ExecuteResponse, ResultFile};

/// The result of a run.
///
/// # Errors
/// The answer cannot be written as JSON.
pub(super) fn result(mut answer: ExecuteResponse) -> serde_json::Result<CallToolResult> {
    let mut content = vec![ContentBlock::text(text(&answer))];
    content.extend(answer.ending.files.iter().filter_map(|file| block(&answer.ending.id, file)));
    // The blocks carry the files; sent twice they would cost the model's context twice.
    answer.ending.files.iter_mut().for_each(|file| file.content = None);
    let mut result = if answer.success { CallToolResult::success(content) } else { CallToolResult::error(content) };
    result.structured_content = Some(serde_json::to_value(answer)?);
    Ok(result)
}

/// The result of a program that was not run. A model knows the tools, and not the routes whose words `sentence` has.
pub(super) fn refusal(sentence: &str) -> CallToolResult {
    const BODY: &str = "The body cannot be used: ";
    let of_tool = match sentence.strip_prefix(BODY) {
        Some(reason) => format!("The tool's arguments cannot be used: {reason}"),
        None => sentence.replace("GET /languages says more.", "The tool `list_languages` says more."),
    };
    CallToolResult::error(vec![ContentBlock::text(of_tool)])
}

/// The text for the model: output, standard error, the end unless it was a success, and the files.
fn text(answer: &ExecuteResponse) -> String {
    let ExecuteResponse { success, output, error, ending } = answer;
    let (output, error) = (output.trim_end(), error.trim_end());
    let mut parts = Vec::new();
    parts.extend((!output.is_empty()).then(|| output.to_owned()));
    parts.extend((!error.is_empty()).then(|| format!("[stderr]\n{error}")));
    let is_cut = ending.output_truncated || ending.error_truncated;
    parts.extend(is_cut.then(|| "[the output was cut]".to_owned()));
    parts.extend((!success).then(|| end(ending)));
    parts.extend((!ending.files.is_empty()).then(|| format!("[files: {}]", listed(&ending.files))));
    parts.extend((!ending.ignored.is_empty()).then(|| format!("[ignored: {}]", ending.ignored.join(", "))));
    if parts.is_empty() { "[no output]".to_owned() } else { parts.join("\n") }
}

fn end(Ending { status, exit_code, .. }: &Ending) -> String {
    match exit_code {
        Some(code) => format!("[{status}: exit code {code}]"),
        None => format!("[{status}]"),
    }
}

fn listed(files: &[ResultFile]) -> String {
    let one = |ResultFile { path, size_bytes, content, .. }: &ResultFile| {
        let missing = if content.is_none() { ", too large to return" } else { "" };
        format!("{path} ({size_bytes} bytes{missing})")
    };
    files.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A file of the execution `id` as a picture, or as a resource; `None` if it has no content.
fn block(id: &str, file: &ResultFile) -> Option<ContentBlock> {
    const DISPLAYABLE: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let ResultFile { path, media_type, content, .. } = file;
    let content = content.as_deref()?;
    if DISPLAYABLE.contains(&media_type.as_str()) {
        return Some(ContentBlock::image(content, media_type));
    }
    let uri = format!("runtray://executions/{id}/{path}");
    Some(ContentBlock::resource(ResourceContents::blob(content, uri).with_mime_type(media_type)))
}

#[cfg(test)]
mod tests {
    use runtray_wire::{Ending, ExecuteResponse, ResultFile, RunStatus};
    use serde_json::{Value, json};

    use super::result;

    /// An answer with this output.
    fn answer(status: RunStatus, output: &str) -> ExecuteResponse {
        let ending = Ending {
            status,
            id: "01J".into(),
            language: "python".into(),
            runtime: "CPython 3".into(),
            exit_code: None,
            signal: None,
            duration_ms: 1.5,
            cpu_ms: 1.0,
            peak_memory_bytes: 7,
            output_truncated: false,
            error_truncated: false,
            isolation: "sandbox".into(),
            granted: None,
            containment: None,
            files: Vec::new(),
            ignored: Vec::new(),
        };
        let success = status == RunStatus::Completed;
        ExecuteResponse { success, output: output.into(), error: String::new(), ending }
    }

    fn file(path: &str, size_bytes: u64, media_type: &str, content: Option<&str>) -> ResultFile {
        ResultFile { path: path.into(), size_bytes, media_type: media_type.into(), content: content.map(Into::into) }
    }

    fn json_of(answer: ExecuteResponse) -> Value {
        serde_json::to_value(result(answer).expect("a result")).expect("JSON")
    }

    #[test]
    fn a_picture_is_shown_and_its_bytes_are_sent_once() {
        let mut answer = answer(RunStatus::Completed, "hi\n");
        answer.ending.files = vec![
            file("plot.png", 3, "image/png", Some("AAAA")),
            file("a.csv", 3, "text/csv", Some("MSwy")),
            file("big.bin", 99, "application/octet-stream", None),
        ];
        let result = json_of(answer);
        let content = &result["content"];
        let text = "hi\n[files: plot.png (3 bytes), a.csv (3 bytes), big.bin (99 bytes, too large to return)]";
        assert_eq!(content[0]["text"], text);
        assert_eq!((&content[1]["type"], &content[1]["data"]), (&json!("image"), &json!("AAAA")));
        assert_eq!(content[2]["resource"]["uri"], "runtray://executions/01J/a.csv");
        assert_eq!((content.as_array().map(Vec::len), &result["isError"]), (Some(3), &json!(false)));
        assert_eq!(
            result["structuredContent"]["files"][0],
            json!({"path": "plot.png", "size_bytes": 3, "media_type": "image/png"})
        );
    }

    #[test]
    fn ignored_arguments_are_in_the_text() {
        let mut answer = answer(RunStatus::Completed, "hi\n");
        answer.ending.ignored = vec!["timeout".into(), "cwd".into()];
        assert_eq!(json_of(answer)["content"][0]["text"], "hi\n[ignored: timeout, cwd]");
    }

    #[test]
    fn a_refusal_speaks_of_the_tools() {
        for (sentence, expected) in [
            (
                "The body cannot be used: missing field `code` at line 1 column 2.",
                "The tool's arguments cannot be used: missing field `code` at line 1 column 2.",
            ),
            (
                "The language `x` is not known. There are: python. GET /languages says more.",
                "The language `x` is not known. There are: python. The tool `list_languages` says more.",
            ),
            ("Runtray is stopping.", "Runtray is stopping."),
        ] {
            let result = serde_json::to_value(super::refusal(sentence)).expect("JSON");
            assert_eq!((&result["content"][0]["text"], &result["isError"]), (&json!(expected), &json!(true)));
        }
    }

    #[test]
    fn a_failure_says_how_it_ended() {
        let mut answer = answer(RunStatus::Failed, "");
        answer.error = "boom\n".into();
        answer.ending.exit_code = Some(3);
        let result = json_of(answer);
        assert_eq!(result["content"][0]["text"], "[stderr]\nboom\n[failed: exit code 3]");
        assert_eq!(result["isError"], true);
    }
}
