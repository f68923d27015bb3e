//! Every route through the layers around it, without sockets and without an engine.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt;
use runtray_engine::interpreter::Machine;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use super::{layered, router, routes, table};
use crate::http::access::denials::Denials;
use crate::http::access::state::Access;
use crate::http::access::token::Token;
use crate::http::capacity::Capacity;
use crate::http::server::{Addresses, Server};
use crate::http::state::State;
use crate::journal::{Begun, Journal};
use crate::platform::origin::Origin;
use crate::platform::paths::Paths;
use crate::runs::core::Core;
use crate::runs::event_bus::EventBus;
use crate::runs::questions::Questions;
use crate::settings::{JournalSettings, Loaded, Settings};

const PORT: u16 = 5000;
const HOST: (&str, &str) = ("host", "localhost:5000");
const JSON: (&str, &str) = ("content-type", "application/json");
const ORIGIN: (&str, &str) = ("origin", "http://localhost:3001");

/// A server without sockets and without an engine; its folder is deleted with it.
struct Fixture {
    server: Arc<Server>,
    _folder: TempDir,
}

fn fixture(settings: Settings, token: Option<&str>) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let below = |name: &str| folder.path().join(name);
    let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
    let settings = Settings { journal: JournalSettings { enabled: false, ..settings.journal }, ..settings };
    with_journal(settings, token, folder, paths)
}

fn with_journal(settings: Settings, token: Option<&str>, folder: TempDir, paths: Paths) -> Fixture {
    let journal = Journal::open(&paths.journal_file(), &settings.journal);
    let loaded = Loaded { settings, problems: Vec::new() };
    let core = Core::new(loaded, Machine::this(), journal, EventBus::default(), Questions::default());
    let access = Access::new(paths, token.and_then(Token::chosen), Vec::new(), Denials::default(), false);
    let list = vec![SocketAddr::from(([127, 0, 0, 1], PORT))];
    let addresses = Addresses { list, port: PORT, missing: None, port_is_given: false, is_beyond_loopback: false };
    let capacity = Capacity { connections: 8, sessions: 8 };
    let server = Server::new(core, access, addresses, capacity, Arc::new(watch::Sender::new(State::Stopped)));
    Fixture { server: Arc::new(server), _folder: folder }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).extension(runtray_engine::Peer::Same);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

async fn send(router: Router, request: Request<Body>) -> Response<Body> {
    router.oneshot(request).await.expect("the router never fails")
}

async fn json(response: Response<Body>) -> Value {
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&bytes).expect("JSON")
}

fn header_of(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

type Headers = &'static [(&'static str, &'static str)];

/// Sends a request to a default service and compares the answer's status and code.
async fn check(method: Method, path: &str, headers: Headers, body: &str, status: u16, code: &str) -> HeaderMap {
    let fixture = fixture(Settings { body_bytes: 1000, ..Settings::default() }, None);
    let response = send(router(fixture.server.clone()), request(method.clone(), path, headers, body)).await;
    assert_eq!(response.status().as_u16(), status, "{method} {path} {headers:?} {body:?}");
    let headers = response.headers().clone();
    let answer = json(response).await;
    assert_eq!(answer["code"], code, "{answer}");
    assert_eq!((&answer["success"], &answer["output"]), (&Value::from(false), &Value::from("")));
    assert_eq!(answer["status"], "rejected");
    assert!(answer["error"].as_str().is_some_and(|sentence| sentence.ends_with('.')), "{answer}");
    headers
}

const FOREIGN_HOST: (&str, &str) = ("host", "evil.example:5000");
const FOREIGN_ORIGIN: (&str, &str) = ("origin", "http://evil.example");

/// The paths of all routes, in the document or not.
fn paths() -> Vec<String> {
    let (_, document) = table().split_for_parts();
    let written = document.paths.paths.into_keys().map(|path| path.replace("{id}", "01J"));
    let others = ["/api/v2/piston/execute", "/docs", "/docs/main.js", "/nowhere"].map(str::to_owned);
    written.chain(others).collect()
}

#[tokio::test]
async fn the_guard_stands_before_every_route_and_every_method() {
    let paths = paths();
    assert!(paths.len() > 20, "{paths:?}");
    let methods = [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS];
    let all = paths.iter().flat_map(|path| methods.clone().map(|method| (method, path.as_str())));
    for (method, path) in all.filter(|route| *route != (Method::GET, "/health")) {
        check(method.clone(), path, &[FOREIGN_HOST, JSON], "{}", 403, "host_not_allowed").await;
        let headers = check(method.clone(), path, &[HOST, FOREIGN_ORIGIN, JSON], "{}", 403, "origin_not_allowed").await;
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{method} {path}");
        check(method, path, &[HOST, ("sec-fetch-site", "cross-site"), JSON], "{}", 403, "cross_site").await;
    }
}

#[tokio::test]
async fn the_page_is_served_without_the_token_and_sends_nothing_without_it() {
    let fixture = fixture(Settings::default(), Some("secret"));
    let ask = async |request| send(router(fixture.server.clone()), request).await;
    for path in ["/docs", "/docs/main.js"] {
        let page = ask(request(Method::GET, path, &[HOST], "")).await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        let policy = header_of(page.headers(), header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    // Browsers name the origin when they load a module.
    let own = ("origin", "http://localhost:5000");
    assert_eq!(ask(request(Method::GET, "/docs/main.js", &[HOST, own], "")).await.status(), StatusCode::OK);
    let refused = ask(request(Method::POST, "/execute", &[HOST, own, JSON], "{}")).await;
    assert_eq!((refused.status().as_u16(), json(refused).await["code"].clone()), (401, "token_required".into()));
    let passed = ask(request(Method::POST, "/execute", &[HOST, own, JSON, ("authorization", "Bearer secret")], "{}"));
    assert_eq!(json(passed.await).await["code"], "invalid_request");
}

#[tokio::test]
async fn requests_that_cannot_be_run_are_refused() {
    let post =
        async |headers, body: &str, status, code| check(Method::POST, "/execute", headers, body, status, code).await;
    post(&[HOST], "{}", 415, "unsupported_media_type").await;
    post(&[HOST, ("content-type", "text/plain")], r#"{"code":""}"#, 415, "unsupported_media_type").await;
    post(&[HOST, JSON], "", 400, "invalid_json").await;
    post(&[HOST, JSON], "{}", 400, "invalid_request").await;
    post(&[HOST, JSON], &format!(r#"{{"code":"{}"}}"#, "x".repeat(1000)), 413, "body_too_large").await;
    post(&[HOST, JSON], r#"{"code":"","language":"cobol"}"#, 422, "unsupported_language").await;
    check(Method::GET, "/executions?limit=many", &[HOST], "", 400, "invalid_request").await;
    check(Method::GET, "/executions?status=great", &[HOST], "", 400, "invalid_request").await;
    check(Method::GET, "/executions/export?format=xml", &[HOST], "", 400, "invalid_request").await;
    check(Method::DELETE, "/executions/01J", &[HOST], "", 404, "not_found").await;
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let headers = check(Method::GET, "/execute?code=1", &[HOST], "", 405, "method_not_allowed").await;
    assert_eq!(header_of(&headers, header::ALLOW), "POST");
    let headers = check(Method::POST, "/executions/01J", &[HOST], "", 405, "method_not_allowed").await;
    assert_eq!(header_of(&headers, header::ALLOW), "GET,HEAD,DELETE");
}

#[tokio::test]
async fn isolation_that_cannot_be_given_runs_nothing() {
    let reason = crate::sentences::SETTING_ISOLATION_UNKNOWN.message();
    let fixture = fixture(Settings { refuse_to_run: Some(reason.clone()), ..Settings::default() }, None);
    let execute = request(Method::POST, "/execute", &[HOST, JSON], r#"{"code":""}"#);
    let answer = json(send(router(fixture.server.clone()), execute).await).await;
    let sentence = format!("The program was not run: {reason}.");
    assert_eq!((&answer["code"], &answer["error"]), (&"isolation_unavailable".into(), &sentence.into()));
}

#[tokio::test]
async fn a_stopping_service_takes_no_executions() {
    let fixture = fixture(Settings::default(), None);
    fixture.server.core.admission.close();
    let execute = request(Method::POST, "/execute", &[HOST, JSON], r#"{"code":""}"#);
    let response = send(router(fixture.server.clone()), execute).await;
    assert_eq!((response.status().as_u16(), json(response).await["code"].clone()), (503, "shutting_down".into()));
}

#[tokio::test]
async fn health_answers_everybody_and_tells_foreign_pages_nothing() {
    for headers in [&[][..], &[FOREIGN_HOST], &[HOST, FOREIGN_ORIGIN], &[HOST, ("sec-fetch-site", "cross-site")]] {
        let fixture = fixture(Settings::default(), Some("secret"));
        let response = send(router(fixture.server.clone()), request(Method::GET, "/health", headers, "")).await;
        assert_eq!(response.status(), StatusCode::OK, "{headers:?}");
        assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{headers:?}");
        assert_eq!(json(response).await["status"], "ok");
    }
}

#[tokio::test]
async fn allowed_pages_may_read_answers_and_errors() {
    for path in ["/health", "/status", "/nowhere"] {
        let fixture = fixture(Settings::default(), None);
        let response = send(router(fixture.server.clone()), request(Method::GET, path, &[HOST, ORIGIN], "")).await;
        assert_eq!(header_of(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN.1, "{path}");
        assert_eq!(header_of(response.headers(), header::VARY), "Origin");
        assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
}

#[tokio::test]
async fn preflights_of_allowed_pages_are_answered() {
    let private_network = HeaderName::from_static("access-control-allow-private-network");
    for (headers, expected) in
        [(&[HOST, ORIGIN][..], ""), (&[HOST, ORIGIN, ("access-control-request-private-network", "true")], "true")]
    {
        let fixture = fixture(Settings::default(), Some("secret"));
        let response = send(router(fixture.server.clone()), request(Method::OPTIONS, "/execute", headers, "")).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(header_of(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN.1);
        assert_eq!(header_of(response.headers(), header::ACCESS_CONTROL_ALLOW_METHODS), "GET, POST, DELETE");
        assert_eq!(header_of(response.headers(), private_network.clone()), expected);
    }
}

#[tokio::test]
async fn strict_mode_asks_for_the_token() {
    for (given, status) in [("Bearer secret", 200), ("Bearer wrong", 401), ("", 401)] {
        let fixture = fixture(Settings::default(), Some("secret"));
        let get = request(Method::GET, "/status", &[HOST, ORIGIN, ("authorization", given)], "");
        let response = send(router(fixture.server.clone()), get).await;
        assert_eq!(response.status().as_u16(), status, "{given:?}");
        assert_eq!(response.headers().contains_key(header::WWW_AUTHENTICATE), status == 401);
        assert_eq!(header_of(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN.1);
    }
}

#[tokio::test]
async fn a_refused_origin_waits_for_approval_and_settings_can_give_it() {
    let fixture = fixture(Settings::default(), None);
    let get = |path| request(Method::GET, path, &[HOST, FOREIGN_ORIGIN], "");
    assert_eq!(send(router(fixture.server.clone()), get("/languages")).await.status(), StatusCode::FORBIDDEN);
    let status = send(router(fixture.server.clone()), request(Method::GET, "/status", &[HOST], "")).await;
    assert_eq!(json(status).await["pending_origins"][0]["origin"], FOREIGN_ORIGIN.1);
    let mut loaded = fixture.server.core.settings.borrow().clone();
    loaded.settings.allowed_origins.push(FOREIGN_ORIGIN.1.parse().expect("an origin"));
    fixture.server.apply(|| loaded).await;
    assert_eq!(send(router(fixture.server.clone()), get("/status")).await.status(), StatusCode::OK);
    assert!(fixture.server.access.pending.watch().borrow().is_empty(), "an allowed origin still waits");
}

#[tokio::test]
async fn a_page_of_a_site_that_was_denied_today_is_not_offered_for_approval() {
    let fixture = fixture(Settings::default(), None);
    let access = &fixture.server.access;
    let now = time::OffsetDateTime::now_utc();
    access.denials.sites.add(&"https://ads.example".parse().expect("an origin"), now);
    access.denials.sites.add(&"https://old.example".parse().expect("an origin"), now - time::Duration::hours(25));
    for (page, is_offered) in
        [("https://ads.example", false), ("https://www.ads.example:8443", false), ("https://old.example", true)]
    {
        let get = request(Method::GET, "/languages", &[HOST, ("origin", page)], "");
        assert_eq!(send(router(fixture.server.clone()), get).await.status(), StatusCode::FORBIDDEN, "{page}");
        let offered: Origin = page.parse().expect("an origin");
        let is_there = access.pending.watch().borrow().iter().any(|entry| entry.origin == offered);
        assert_eq!(is_there, is_offered, "{page}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_standard_headers() {
    let fixture = fixture(Settings::default(), None);
    let mut ids = Vec::new();
    for path in ["/health", "/nowhere"] {
        let get = request(Method::GET, path, &[HOST, ("x-request-id", "theirs")], "");
        let response = send(router(fixture.server.clone()), get).await;
        assert_eq!(header_of(response.headers(), header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(header_of(response.headers(), header::CACHE_CONTROL), "no-store, no-transform");
        ids.push(header_of(response.headers(), HeaderName::from_static("x-request-id")).to_owned());
    }
    assert!(ids.iter().all(|id| id.len() == 26) && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn a_panic_is_an_internal_error_that_tells_nothing() {
    async fn panics() {
        panic!("at /home/ada/secret")
    }
    let fixture = fixture(Settings::default(), None);
    let router = layered(routes().route("/panics", get(panics)), fixture.server.clone());
    let response = send(router, request(Method::GET, "/panics", &[HOST, ORIGIN], "")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(header_of(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN.1);
    let id = header_of(response.headers(), HeaderName::from_static("x-request-id")).to_owned();
    let sentence = json(response).await["error"].to_string();
    assert!(sentence.contains(&id) && !sentence.contains("ada"), "{sentence}");
}

#[tokio::test]
async fn without_a_journal_the_log_is_empty_and_exports_are_too() {
    let fixture = fixture(Settings::default(), None);
    let page = send(router(fixture.server.clone()), request(Method::GET, "/executions", &[HOST], "")).await;
    assert_eq!(json(page).await, serde_json::json!({"items": [], "next": null}));
    let export = request(Method::GET, "/executions/export?format=csv", &[HOST], "");
    let body =
        send(router(fixture.server.clone()), export).await.into_body().collect().await.expect("a body").to_bytes();
    assert!(body.starts_with(b"id,started_at,") && body.iter().filter(|byte| **byte == b'\n').count() == 1);
}

#[tokio::test]
async fn the_status_counts_what_the_journal_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = |name: &str| folder.path().join(name);
    let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
    let fixture = with_journal(Settings::default(), None, folder, paths.clone());
    let journal = &fixture.server.core.journal;
    let mut state = journal.state();
    state.wait_for(|state| *state == crate::journal::State::Ok).await.expect("an open journal");
    // Another program keeps the file locked, so the queue fills up.
    let mut locking = rusqlite::Connection::open(paths.journal_file()).expect("a database");
    let lock = locking.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("a lock");
    for number in 0..10_000 {
        journal.begin(Begun {
            id: number.to_string(),
            started_at: time::OffsetDateTime::UNIX_EPOCH,
            language: "python".into(),
            runtime: "CPython".into(),
            origin: "local".into(),
            code: String::new(),
            given: None,
        });
    }
    let status = send(router(fixture.server.clone()), request(Method::GET, "/status", &[HOST], "")).await;
    assert_eq!(json(status).await["journal_dropped"].as_u64(), Some(journal.dropped()));
    assert!(journal.dropped() > 1000, "only {} were dropped", journal.dropped());
    drop(lock);
}

#[tokio::test]
async fn the_served_document_changes_only_on_purpose() {
    let fixture = fixture(Settings::default(), None);
    let response = send(router(fixture.server.clone()), request(Method::GET, "/openapi.json", &[HOST], "")).await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    insta::assert_snapshot!(String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn a_denial_leaves_the_memory_when_the_settings_in_effect_hold_it() {
    let fixture = fixture(Settings::default(), None);
    let server = &fixture.server;
    let [saved, unsaved] = ["http://a.example", "http://b.example"].map(|text| text.parse::<Origin>().expect(text));
    server.access.denials.add(&saved);
    server.access.denials.add(&unsaved);
    let current = server.core.settings.borrow().clone();
    server.apply(|| current.clone()).await;
    assert_eq!(server.access.denials.list().len(), 2, "the settings hold none of them");
    let mut changed = current.clone();
    changed.settings.denied_origins.push(saved.clone());
    server.apply(|| changed).await;
    assert_eq!(*server.access.denials.list(), [unsaved]);
    assert!(server.core.settings.borrow().settings.denied_origins.contains(&saved));
}
