//! The answers of the commands, and the windows that may call them.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::mock_app::{MockApp, ask};

#[test]
fn only_the_main_window_may_call_only_the_app_s_commands() {
    let app = MockApp::new();
    let (main, other) = (app.window("main"), app.window("other"));
    ask(&main, "settings", json!({})).expect("the window may ask");
    for (window, command) in [
        (&other, "settings"),
        (&other, "start_service"),
        (&main, "plugin:dialog|open"),
        (&main, "plugin:window|close"),
        (&main, "plugin:event|listen"),
        (&main, "plugin:webview|create_webview_window"),
        (&main, "no_such_command"),
    ] {
        assert!(ask(window, command, json!({})).is_err(), "{command} passed");
    }
}

#[test]
fn settings_change_all_or_none_and_an_error_names_the_field() {
    let app = MockApp::new();
    let main = app.window("main");
    let change = |changes: Value| ask(&main, "change_settings", json!({ "changes": changes }));
    let view = change(json!({ "limits.timeout_ms": 1500, "desktop.theme": "dark" })).expect("settings");
    assert_eq!(
        (&view["values"]["limits.timeout_ms"], &view["values"]["desktop.theme"]),
        (&json!(1500), &json!("dark"))
    );
    let refused = change(json!({ "limits.timeout_ms": 0, "desktop.theme": "light" })).expect_err("a refusal");
    assert_eq!((&refused["field"], &refused["code"]), (&json!("limits.timeout_ms"), &json!("invalid_setting")));
    let view = ask(&main, "settings", json!({})).expect("settings");
    assert_eq!(view["values"]["desktop.theme"], "dark", "half of a refused change was made");
    let view = change(json!({ "desktop.theme": null })).expect("settings");
    assert_eq!(view["values"]["desktop.theme"], view["defaults"]["desktop.theme"]);
}

#[test]
fn a_bad_python_is_refused_beside_its_field() {
    let app = MockApp::new();
    let main = app.window("main");
    let text = app.folder.path().join("text.txt");
    fs::write(&text, "no Python").expect("a file");
    for (path, part) in [
        ("", "Choose the path"),
        ("/nowhere/python", "does not exist"),
        (app.folder.path().to_str().expect("a path"), "is a directory"),
        (text.to_str().expect("a path"), "is not executable"),
    ] {
        let refused = ask(&main, "test_python", json!({ "path": path })).expect_err(path);
        assert_eq!(refused["field"], "python");
        assert!(refused["message"].as_str().expect("a sentence").contains(part), "{refused}");
    }
}

#[test]
fn origins_are_allowed_denied_and_removed() {
    let app = MockApp::new();
    let main = app.window("main");
    let say = |command: &str, origin: &str| ask(&main, command, json!({ "origin": origin }));
    let lists = || {
        let values = ask(&main, "settings", json!({})).expect("settings")["values"].clone();
        let has = |key: &str| values[key].as_array().expect("a list").contains(&json!("https://a.example"));
        (has("allowed_origins"), has("denied_origins"))
    };
    say("allow_origin", "https://a.example").expect("allowed");
    assert_eq!(lists(), (true, false));
    say("deny_origin", "https://a.example").expect("denied");
    assert_eq!(lists(), (false, true));
    say("revoke_origin", "https://a.example").expect("revoked");
    assert_eq!(lists(), (false, false));
    assert_eq!(say("allow_origin", "null").expect_err("a refusal")["field"], "allowed_origins");
}

#[test]
fn an_answer_to_a_program_that_does_not_wait_is_refused() {
    let app = MockApp::new();
    let main = app.window("main");
    let answer = |answer: &str| ask(&main, "answer_network", json!({ "id": "01J", "answer": answer }));
    for known in ["once", "always", "without", "never"] {
        assert_eq!(answer(known).expect_err("a refusal")["code"], "no_question", "{known}");
    }
    assert!(answer("perhaps").expect_err("a refusal").is_string(), "it is no answer");
    let values = ask(&main, "settings", json!({})).expect("settings")["values"].clone();
    assert_eq!((&values["sandbox.network_always"], &values["sandbox.network_never"]), (&json!([]), &json!([])));
}

#[test]
fn a_missing_log_is_empty() {
    let app = MockApp::new();
    let main = app.window("main");
    let page = ask(&main, "executions", json!({ "query": {} })).expect("a page");
    assert_eq!(page, json!({ "items": [], "next": null, "total": 0 }));
    assert_eq!(ask(&main, "facets", json!({})).expect("facets")["total"], 0);
    assert_eq!(ask(&main, "statistics", json!({})).expect("statistics")["minutes"].as_array().map(Vec::len), Some(60));
    assert_eq!(ask(&main, "execution", json!({ "id": "01J" })).expect_err("a refusal")["code"], "not_found");
    assert_eq!(ask(&main, "token", json!({})), Ok(Value::Null));
    let again = json!({ "message": r#"{"type":"run","code":""}"# });
    assert_eq!(ask(&main, "run_again", again).expect_err("a refusal")["code"], "not_running");
    assert_eq!(
        ask(&main, "cancel_execution", json!({ "id": "01J" })).expect_err("a refusal")["code"],
        "execution_finished"
    );
}

#[test]
fn start_at_login_shows_the_state_of_the_system() {
    let app = MockApp::new();
    let main = app.window("main");
    assert_eq!(ask(&main, "autostart", json!({})), Ok(json!(false)));
    assert_eq!(ask(&main, "set_autostart", json!({ "on": true })), Ok(json!(true)));
    assert_eq!(ask(&main, "autostart", json!({})), Ok(json!(true)));
}

#[test]
fn a_build_without_a_feed_says_so_and_looks_nowhere() {
    let app = MockApp::new();
    let main = app.window("main");
    let news = || ask(&main, "version_news", json!({})).expect("news");
    let first = news();
    assert_eq!((&first["has_feed"], &first["step"]["kind"]), (&json!(false), &json!("unknown")));
    assert_eq!(first["installed"], env!("CARGO_PKG_VERSION"));
    // Nothing was found that could be installed.
    ask(&main, "install_update", json!({ "version": "99.0.0" })).expect("it is ignored");
    ask(&main, "look_for_update", json!({})).expect("it is begun");
    let deadline = Instant::now() + Duration::from_secs(60);
    while news()["step"]["kind"] != "failed" {
        assert!(Instant::now() < deadline, "{}", news());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(news()["step"]["reason"]["code"], "update.no_feed");
}
