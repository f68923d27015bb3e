//! The answer of `POST /execute` as a tool's result: text, pictures and files for the model, and the answer itself as structured
//! content.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

/// The result of a run.
pub(super) fn result(mut answer: Value) -> CallToolResult {
    let mut content = vec![ContentBlock::text(text(&answer))];
    content.extend(files(&answer).filter_map(|file| block(&answer, file)));
    // The blocks carry the files; sent twice they would cost the model's context twice.
    for file in answer["files"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        file.remove("content");
    }
    let mut result =
        if answer["success"] == true { CallToolResult::success(content) } else { CallToolResult::error(content) };
    result.structured_content = Some(answer);
    result
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

fn files(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["files"].as_array().into_iter().flatten()
}

/// The text for the model: output, standard error, the end unless it was a success, and the files.
fn text(answer: &Value) -> String {
    let field = |name: &str| answer[name].as_str().unwrap_or_default();
    let mut parts = Vec::new();
    parts.extend(Some(field("output").trim_end().to_owned()).filter(|output| !output.is_empty()));
    parts.extend(
        Some(field("error").trim_end()).filter(|error| !error.is_empty()).map(|error| format!("[stderr]\n{error}")),
    );
    let is_cut = ["output_truncated", "error_truncated"].iter().any(|name| answer[*name] == true);
    parts.extend(is_cut.then(|| "[the output was cut]".to_owned()));
    parts.extend((answer["success"] != true).then(|| ending(answer)));
    parts.extend(files(answer).next().map(|_| format!("[files: {}]", listed(answer))));
    let ignored: Vec<&str> = answer["ignored"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    parts.extend((!ignored.is_empty()).then(|| format!("[ignored: {}]", ignored.join(", "))));
    if parts.is_empty() { "[no output]".to_owned() } else { parts.join("\n") }
}

fn ending(answer: &Value) -> String {
    let status = answer["status"].as_str().unwrap_or_default();
    match answer["exit_code"].as_i64() {
        Some(code) => format!("[{status}: exit code {code}]"),
        None => format!("[{status}]"),
    }
}

fn listed(answer: &Value) -> String {
    let one = |file: &Value| {
        let missing = if file["content"].is_null() { ", too large to return" } else { "" };
        format!("{} ({} bytes{missing})", file["path"].as_str().unwrap_or_default(), file["size_bytes"])
    };
    files(answer).map(one).collect::<Vec<_>>().join(", ")
}

/// A file as a picture, or as a resource.
fn block(answer: &Value, file: &Value) -> Option<ContentBlock> {
    const DISPLAYABLE: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let (path, content) = (file["path"].as_str()?, file["content"].as_str()?);
    let media_type = file["media_type"].as_str().unwrap_or("application/octet-stream");
    if DISPLAYABLE.contains(&media_type) {
        return Some(ContentBlock::image(content, media_type));
    }
    let uri = format!("runtray://executions/{}/{path}", answer["id"].as_str().unwrap_or_default());
    Some(ContentBlock::resource(ResourceContents::blob(content, uri).with_mime_type(media_type)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::result;

    #[test]
    fn a_picture_is_shown_and_its_bytes_are_sent_once() {
        let answer = json!({"success": true, "output": "hi\n", "error": "", "status": "completed", "id": "01J", "files": [
            {"path": "plot.png", "size_bytes": 3, "media_type": "image/png", "content": "AAAA"},
            {"path": "a.csv", "size_bytes": 3, "media_type": "text/csv", "content": "MSwy"},
            {"path": "big.bin", "size_bytes": 99, "media_type": "application/octet-stream"},
        ]});
        let result = serde_json::to_value(result(answer)).expect("JSON");
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
        let answer =
            json!({"success": true, "output": "hi\n", "error": "", "files": [], "ignored": ["timeout", "cwd"]});
        let result = serde_json::to_value(result(answer)).expect("JSON");
        assert_eq!(result["content"][0]["text"], "hi\n[ignored: timeout, cwd]");
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
        let answer =
            json!({"success": false, "output": "", "error": "boom\n", "status": "failed", "exit_code": 3, "files": []});
        let result = serde_json::to_value(result(answer)).expect("JSON");
        assert_eq!(result["content"][0]["text"], "[stderr]\nboom\n[failed: exit code 3]");
        assert_eq!(result["isError"], true);
    }
}
