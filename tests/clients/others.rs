//! Chat front ends and clients of other services: Piston, E2B, Open WebUI.

use super::{Script, check, installed, python, serve};

#[test]
fn piston_clients_of_npm_and_pypi() {
    let Some(clients) = installed() else { return };
    let (home, service, url) = serve("");
    check(Script::new(&clients, "piston.mjs").command(&home).arg(&url));
    check(python(&clients, "piston_client.py", &home).arg(&url));
    let log = service.get("/executions").json();
    assert_eq!(log["items"][0]["origin"], "piston", "{log}");
}

#[test]
fn piston_s_web_socket() {
    let Some(clients) = installed() else { return };
    let (home, _service, url) = serve("");
    check(python(&clients, "piston_socket.py", &home).arg(&url));
}

#[test]
fn e2b_clients_of_npm_and_pypi() {
    let Some(clients) = installed() else { return };
    let (home, _service, url) = serve("");
    let debug = [("E2B_DEBUG", "true"), ("E2B_SANDBOX_URL", &url)];
    check(Script::new(&clients, "e2b.mjs").command(&home).envs(debug));
    check(python(&clients, "e2b_client.py", &home).envs(debug));
}

#[test]
fn open_webui_s_executor() {
    let Some(clients) = installed() else { return };
    let (home, service, url) = serve("require_token = true");
    let token = std::fs::read_to_string(home.path().join("data").join("token")).expect("a token");
    let folder = clients.join("open-webui");
    check(python(&clients, "open_webui_client.py", &home).arg(folder).args([&url, token.trim()]));
    let bearer = format!("Bearer {}", token.trim());
    let log = service.get_with("/executions", &[("Authorization", &bearer)]).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(5), "one execution for each block: {log}");
}
