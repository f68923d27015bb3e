//! The access rules that apply to every client: addresses, hosts, methods, types, the token.
//!
//! Each test of a refusal also checks that nothing was started.

#[cfg(target_os = "linux")]
mod beyond;
#[cfg(unix)]
mod other_users;
mod pages;
mod proxies;
mod strangers;
mod upgrades;
mod withdrawal;

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::harness::Service;
use crate::harness::raw::{RawReply, RawRequest};

const PROGRAM: &str = r#"{"code":"print ran","language":"fake"}"#;
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const PAGE: (&str, &str) = ("Origin", "http://localhost:3001");
pub(crate) const FOREIGN: (&str, &str) = ("Origin", "https://evil.example");
pub(crate) const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
/// Longer than any response takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request with the service's own `Host`, as curl sends it.
pub(crate) fn request(service: &Service, method: &str, path: &str) -> RawRequest {
    RawRequest::new(method, path).header("Host", &format!("localhost:{}", service.port()))
}

/// A valid request that runs a program, with further headers.
pub(crate) fn execute(service: &Service, headers: &[(&str, &str)]) -> RawRequest {
    request(service, "POST", "/execute").headers(headers).headers(&[JSON]).body(PROGRAM)
}

/// The same request with these `Host` headers instead.
fn execute_at(hosts: &[String]) -> RawRequest {
    let start = RawRequest::new("POST", "/execute");
    hosts.iter().fold(start, |request, host| request.header("Host", host)).headers(&[JSON]).body(PROGRAM)
}

/// Sends a request that must run the program.
#[track_caller]
pub(crate) fn check_runs(service: &Service, request: &RawRequest) -> RawReply {
    let reply = service.send(request);
    assert_eq!((reply.status, reply.json()["output"].as_str()), (200, Some("ran\n")), "{}", request.text());
    reply
}

/// Sends a request that must be refused with an error that no page can read, and checks that nothing was started.
#[track_caller]
pub(crate) fn check_refused(service: &Service, request: &RawRequest, status: u16, code: &str) -> RawReply {
    let reply = service.send(request);
    let text = request.text();
    assert_eq!(reply.status, status, "{text}\n{}", reply.body);
    let body = reply.json();
    assert_eq!(body["code"], code, "{text}");
    assert_eq!((&body["success"], &body["output"], &body["status"]), (&false.into(), &"".into(), &"rejected".into()));
    assert!(body["error"].as_str().is_some_and(|sentence| sentence.ends_with('.')), "{text}\n{body}");
    assert_eq!(reply.header(ALLOW_ORIGIN), None, "{text}");
    service.assert_nothing_ran(&text);
    reply
}

/// The first bytes of the response to a request whose connection stays open.
pub(crate) fn first_words(service: &Service, request: &str) -> String {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
    connection.write_all(request.as_bytes()).expect("the service reads");
    let mut start = [0; 12];
    connection.read_exact(&mut start).expect("an answer");
    String::from_utf8_lossy(&start).into_owned()
}

#[test]
fn curl_and_pages_of_allowed_frontends_may_run_programs() {
    let service = Service::start();
    let reply = check_runs(&service, &execute(&service, &[]));
    assert_eq!(reply.header(ALLOW_ORIGIN), None);
    for port in [3000, 3001] {
        for host in ["localhost", "127.0.0.1"] {
            let origin = format!("http://{host}:{port}");
            let reply = check_runs(&service, &execute(&service, &[("Origin", &origin)]));
            assert_eq!(reply.header(ALLOW_ORIGIN), Some(origin.as_str()));
            assert_eq!(reply.header("Vary"), Some("Origin"));
            assert_eq!(reply.header("Access-Control-Allow-Credentials"), None);
        }
    }
}

#[test]
fn assert_nothing_ran_notices_a_program() {
    let service = Service::start();
    service.assert_nothing_ran("the start");
    check_runs(&service, &execute(&service, &[]));
    let noticed = catch_unwind(AssertUnwindSafe(|| service.assert_nothing_ran("a program")));
    assert!(noticed.is_err());
}

#[test]
fn only_the_two_loopback_addresses_are_listened_on() {
    let service = Service::start();
    for ip in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        if TcpListener::bind((ip, 0)).is_ok() {
            assert_eq!(health_at(SocketAddr::new(ip, service.port())).status, 200, "{ip}");
        }
    }
    for ip in ["192.0.2.1:9", "[2001:db8::1]:9"].into_iter().filter_map(address_towards) {
        let refused = TcpStream::connect_timeout(&SocketAddr::new(ip, service.port()), PATIENCE);
        assert_eq!(refused.map_err(|error| error.kind()).err(), Some(ErrorKind::ConnectionRefused), "{ip}");
    }
}

fn health_at(address: SocketAddr) -> RawReply {
    let mut connection = TcpStream::connect(address).expect("the service listens");
    let request = RawRequest::new("GET", "/health").header("Host", &address.to_string());
    connection.write_all(request.text().as_bytes()).expect("the service reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the service answers and closes");
    RawReply::parse(&answer)
}

/// This machine's address on the route to another one, without sending anything. `None` if there is no route.
fn address_towards(other: &str) -> Option<IpAddr> {
    let any: IpAddr = if other.starts_with('[') { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(other).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
fn other_hosts_are_refused() {
    let service = Service::start();
    let ours = service.port();
    let hosts = [
        format!("evil.example:{ours}"),
        format!("0.0.0.0:{ours}"),
        format!("[::]:{ours}"),
        format!("127.0.0.2:{ours}"),
        format!("localhost.evil.example:{ours}"),
        format!("localhost.:{ours}"),
        format!("[::ffff:127.0.0.1]:{ours}"),
        "localhost".to_owned(),
        "localhost:1".to_owned(),
        "192.0.2.2".to_owned(),
    ];
    for host in &hosts {
        check_refused(&service, &execute_at(std::slice::from_ref(host)), 403, "host_not_allowed");
    }
    assert_eq!(service.refused_by("host"), hosts.len() as u64);
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        check_runs(&service, &execute_at(&[format!("{host}:{ours}")]));
    }
}

#[test]
fn missing_repeated_and_invalid_hosts_are_malformed() {
    let service = Service::start();
    let ours = format!("localhost:{}", service.port());
    let hosts = [
        vec![],
        vec![ours.clone(), ours.clone()],
        vec![ours.clone(), "evil.example".to_owned()],
        vec![String::new()],
        vec![format!("someone@{ours}")],
        vec![format!("{ours}, evil.example")],
        vec![format!("http://{ours}")],
        vec![format!("{ours}/execute")],
        vec!["lo calhost".to_owned()],
        vec!["löcalhost".to_owned()],
    ];
    for hosts in &hosts {
        check_refused(&service, &execute_at(hosts), 400, "invalid_host");
    }
}

#[test]
fn a_host_in_the_request_line_does_not_outrank_the_guard() {
    let service = Service::start();
    let ours = format!("localhost:{}", service.port());
    for (target, host, code) in [
        ("http://evil.example/execute".to_owned(), ours.as_str(), "host_not_allowed"),
        (format!("http://{ours}/execute"), "evil.example", "host_not_allowed"),
    ] {
        let request = RawRequest::new("POST", &target).header("Host", host).headers(&[JSON]).body(PROGRAM);
        check_refused(&service, &request, 403, code);
    }
}

#[test]
fn programs_are_accepted_by_post_and_as_json_only() {
    let service = Service::start();
    for (method, path) in
        [("GET", "/execute?code=1"), ("PUT", "/execute"), ("DELETE", "/execute"), ("PATCH", "/execute")]
    {
        let request = request(&service, method, path).headers(&[JSON]).body(PROGRAM);
        let reply = check_refused(&service, &request, 405, "method_not_allowed");
        assert_eq!(reply.header("Allow"), Some("POST"), "{method}");
    }
    let types =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"];
    for media_type in types {
        let request = request(&service, "POST", "/execute").headers(&[("Content-Type", media_type)]).body(PROGRAM);
        check_refused(&service, &request, 415, "unsupported_media_type");
    }
    let untyped = request(&service, "POST", "/execute").body(PROGRAM);
    check_refused(&service, &untyped, 415, "unsupported_media_type");
    let charset = request(&service, "POST", "/execute").headers(&[("Content-Type", "application/json; charset=utf-8")]);
    check_runs(&service, &charset.body(PROGRAM));
}

/// Every method and path that the service's own document names, and the second place of Piston's routes.
fn every_route(service: &Service) -> Vec<(String, String)> {
    let document = service.get("/openapi.json").json();
    let paths = document["paths"].as_object().expect("paths");
    let documented = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flat_map(|methods| methods.keys());
        methods.map(move |method| (method.to_uppercase(), path.replace("{id}", "01J")))
    });
    let twice = documented.flat_map(|(method, path)| {
        let piston = path.strip_prefix("/api/v2/").map(|rest| (method.clone(), format!("/api/v2/piston/{rest}/")));
        [Some((method, path)), piston]
    });
    let routes: Vec<_> = twice.flatten().collect();
    assert!(routes.len() > 20, "{routes:?}");
    routes
}

/// The headers of a request that a rule of the guard refuses, and the status and code of the refusal.
type RefusedHeaders = (Vec<(&'static str, String)>, u16, &'static str);

fn refused_headers(port: u16) -> Vec<RefusedHeaders> {
    let ours = || ("Host", format!("localhost:{port}"));
    let with = |name, value: &str| vec![ours(), (name, value.to_owned())];
    vec![
        (vec![("Host", format!("evil.example:{port}"))], 403, "host_not_allowed"),
        (vec![("Host", format!("host.docker.internal:{port}"))], 403, "host_not_allowed"),
        (vec![], 400, "invalid_host"),
        (vec![ours(), ours()], 400, "invalid_host"),
        (with("Origin", "https://evil.example"), 403, "origin_not_allowed"),
        (with("Origin", "null"), 403, "origin_not_allowed"),
        (with("Origin", "http://localhost:3001.evil.example"), 403, "origin_not_allowed"),
        (with("X-Forwarded-Host", "evil.example:3001"), 403, "host_not_allowed"),
        (with("Sec-Fetch-Site", "cross-site"), 403, "cross_site"),
        (with("Sec-Fetch-Site", "same-site"), 403, "cross_site"),
    ]
}

fn with_headers(method: &str, path: &str, headers: &[(&'static str, String)]) -> RawRequest {
    let start = RawRequest::new(method, path);
    headers.iter().fold(start, |request, (name, value)| request.header(name, value))
}

#[test]
fn every_route_but_health_is_guarded() {
    let service = Service::start();
    let refused = refused_headers(service.port());
    // The files of `/docs` are not in the document; `/nowhere` stands for every route that somebody may add beside it.
    let more = ["/docs", "/docs/main.js", "/nowhere"].map(|path| ("GET", path));
    let more = more.into_iter().chain([("POST", "/health"), ("OPTIONS", "/health")]);
    let more = more.map(|(method, path)| (method.to_owned(), path.to_owned()));
    let is_open = |(method, path): &(String, String)| method == "GET" && path == "/health";
    for (method, path) in every_route(&service).into_iter().chain(more).filter(|route| !is_open(route)) {
        for (headers, status, code) in &refused {
            let request = with_headers(&method, &path, headers);
            let upgrade = [
                ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "MDEyMzQ1Njc4OWFiY2RlZg=="),
            ];
            for request in [request.clone().headers(&[JSON]).body(PROGRAM), request.headers(&upgrade)] {
                let reply = service.send(&request);
                let text = request.text();
                assert_eq!((reply.status, &reply.json()["code"]), (*status, &(*code).into()), "{text}\n{}", reply.body);
                assert_eq!(reply.header(ALLOW_ORIGIN), None, "{text}");
            }
        }
    }
    service.assert_nothing_ran("requests that the guard refuses");
    for headers in [&[FOREIGN][..], &[("Sec-Fetch-Site", "cross-site")], &[PAGE]] {
        let reply = service.send(&request(&service, "GET", "/health").headers(headers));
        let readable_by = headers.contains(&PAGE).then_some(PAGE.1);
        assert_eq!((reply.status, reply.header(ALLOW_ORIGIN)), (200, readable_by), "{headers:?}");
    }
    assert_eq!(service.send(&RawRequest::new("GET", "/health").header("Host", "evil.example")).status, 200);
}

#[test]
fn every_route_but_two_asks_for_the_token() {
    let routes = every_route(&Service::start());
    let service = Service::start_with("require_token = true\nallowed_hosts = [\"host.docker.internal\"]");
    let open = ["/health", "/prove"];
    for (method, path) in routes.iter().filter(|(_, path)| !open.contains(&path.as_str())) {
        let reply = service.send(&request(&service, method, path).headers(&[JSON]).body(PROGRAM));
        assert_eq!((reply.status, &reply.json()["code"]), (401, &"token_required".into()), "{method} {path}");
    }
}

#[test]
fn a_named_host_needs_the_token() {
    let service = Service::start_with("allowed_hosts = [\"host.docker.internal\"]");
    let file = service.home().path().join("data").join("token");
    let token = std::fs::read_to_string(file).expect("a token file");
    let host = format!("host.docker.internal:{}", service.port());
    let named = || execute_at(std::slice::from_ref(&host));
    let refused = check_refused(&service, &named(), 401, "token_required");
    assert!(refused.body.contains("`allowed_hosts`"), "{}", refused.body);
    check_refused(&service, &named().header("Authorization", "Bearer wrong"), 401, "token_required");
    check_refused(&service, &named().headers(&[FOREIGN]), 403, "origin_not_allowed");
    let other = execute_at(&[format!("evil.example:{}", service.port())]);
    let refused = check_refused(&service, &other, 403, "host_not_allowed");
    assert!(refused.body.contains("`allowed_hosts`"), "{}", refused.body);
    check_runs(&service, &named().header("Authorization", &format!("Bearer {}", token.trim())));
}

/// Jupyter's clients send the token in the query. Not under Wine, which has no Python for a kernel.
#[cfg(unix)]
#[test]
fn a_kernel_at_a_named_host_takes_the_token_of_its_query() {
    let service = Service::start_with("allowed_hosts = [\"host.docker.internal\"]");
    let file = service.home().path().join("data").join("token");
    let token = std::fs::read_to_string(file).expect("a token file");
    let host = format!("host.docker.internal:{}", service.port());
    let kernel = |token: &str| {
        let request = RawRequest::new("POST", &format!("/api/kernels?token={token}")).header("Host", &host).body("");
        service.send(&request).status
    };
    assert_eq!((kernel("wrong"), kernel(token.trim())), (401, 201));
}

#[test]
fn a_refusal_does_not_wait_for_the_body() {
    let service = Service::start();
    let unfinished = request(&service, "POST", "/execute").headers(&[FOREIGN, JSON, ("Content-Length", "1000000")]);
    assert_eq!(first_words(&service, &unfinished.text()), "HTTP/1.1 403");
    service.assert_nothing_ran("a request without its body");
}

#[test]
fn strict_mode_asks_for_the_token_in_the_private_file() {
    let service = Service::start_with("require_token = true");
    let file = service.home().path().join("data").join("token");
    let token = std::fs::read_to_string(&file).expect("a token file").trim().to_owned();
    assert!(token.len() >= 32, "{} characters", token.len());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&file.metadata().expect("a token file")) & 0o777, 0o600);
    let right = format!("Bearer {token}");
    let wrong =
        ["", "Bearer", "Bearer x", &token, &right[..right.len() - 1], &format!("{right}x"), &format!("Basic {token}")];
    let refused = |headers: &[(&str, &str)], status| {
        let reply = service.send(&execute(&service, headers));
        assert_eq!(reply.status, status, "{headers:?}");
        service.assert_nothing_ran_asking_with(&[("Authorization", &right)], &format!("{headers:?}"));
        reply
    };
    for value in wrong {
        let reply = refused(&[("Authorization", value)], 401);
        assert_eq!(
            (&reply.json()["code"], reply.header("WWW-Authenticate")),
            (&"token_required".into(), Some("Bearer"))
        );
        // A wrong token and a missing one have different explanations.
        let sent = value.strip_prefix("Bearer ").is_some();
        assert_eq!(reply.body.contains("is not this service's"), sent, "{value:?}: {}", reply.body);
        assert!(reply.body.contains("`runtray config path --token`"), "{}", reply.body);
    }
    // A missing token, a repeated header, and a foreign page with the right token.
    refused(&[], 401);
    refused(&[("Authorization", &right), ("Authorization", &right)], 401);
    assert_eq!(refused(&[FOREIGN, ("Authorization", &right)], 403).header(ALLOW_ORIGIN), None);
    check_runs(&service, &execute(&service, &[("Authorization", &right)]));
    assert_eq!(service.get("/health").status, 200);
}
