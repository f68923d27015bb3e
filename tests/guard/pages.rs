//! The access rules for web pages: origins, forwarded hosts, WebSockets.

use serde_json::Value;

use crate::guard::{ALLOW_ORIGIN, FOREIGN, JSON, PAGE, check_refused, check_runs, execute, first_words, request};
use crate::harness::{Home, Service};

#[test]
fn other_origins_are_refused_and_learn_nothing() {
    let service = Service::start();
    let origins = [
        "https://evil.example",
        "null",
        "*",
        "",
        "http://localhost:3001.evil.example",
        "http://203.0.113.5",
        "http://localhost",
        "http://localhost:30010",
        "https://localhost:3001",
        "http://localhost:3001@evil.example",
        "http://sub.localhost:3001",
        "http://localhost:3001, https://evil.example",
        "file://",
        "chrome-extension://abcdefghijklmnop",
    ];
    for origin in origins {
        let headers = [("Origin", origin)];
        let reply = check_refused(&service, &execute(&service, &headers), 403, "origin_not_allowed");
        let sentence = reply.json()["error"].to_string();
        // The error only suggests to allow origins that can be allowed.
        let can_be_allowed = origin.starts_with("http") && !origin.contains(['@', ',']) && !origin.contains(":3001.");
        assert_eq!(sentence.contains("--allow-origin"), can_be_allowed, "{sentence}");
        assert!(sentence.contains("allowed") && sentence.contains(origin), "{sentence}");
        // A preflight must not succeed either.
        let preflight = request(&service, "OPTIONS", "/execute").headers(&headers);
        let preflight = preflight.headers(&[("Access-Control-Request-Method", "POST")]);
        let reply = check_refused(&service, &preflight, 403, "origin_not_allowed");
        assert_eq!(reply.header("Access-Control-Allow-Methods"), None);
    }
    assert_eq!(service.refused_by("origin"), 2 * origins.len() as u64);
    // Repeated headers are refused, even if one of them is allowed.
    check_refused(&service, &execute(&service, &[PAGE, PAGE]), 403, "origin_not_allowed");
    check_refused(&service, &execute(&service, &[PAGE, FOREIGN]), 403, "origin_not_allowed");
    let told = "a page of https://evil.example was refused";
    service.says(told);
    assert_eq!(service.stderr().matches(told).count(), 1, "once, however often it comes");
}

#[test]
fn pages_of_the_service_s_own_address_need_the_token() {
    let service = Service::start();
    let own = format!("http://localhost:{}", service.port());
    let origin = ("Origin", own.as_str());
    check_refused(&service, &execute(&service, &[origin]), 401, "token_required");
    check_refused(&service, &execute(&service, &[origin, ("Authorization", "Bearer x")]), 401, "token_required");
    let other = format!("http://127.0.0.1:{}", service.port());
    check_refused(&service, &execute(&service, &[("Origin", &other)]), 403, "origin_not_allowed");
    let token = std::fs::read_to_string(service.home().path().join("data/token")).expect("a token");
    let token = format!("Bearer {}", token.trim());
    check_runs(&service, &execute(&service, &[origin, ("Authorization", &token)]));
    let page = service.send(&request(&service, "GET", "/docs").headers(&[("Sec-Fetch-Site", "none")]));
    assert_eq!((page.status, page.header("Cross-Origin-Opener-Policy")), (200, Some("same-origin")));
}

/// Over plain HTTP to a name that is not of this machine, browsers send no `Sec-Fetch-Site`: such a page is known by `Referer`
/// alone.
#[test]
fn a_foreign_page_that_only_its_referrer_names_is_refused() {
    let service = Service::start();
    for page in ["http://evil.example:3001/", "https://evil.example", "http://localhost:3001.evil.example/ide"] {
        let from = ("Referer", page);
        for path in ["/executions", "/status", "/languages"] {
            check_refused(&service, &request(&service, "GET", path).headers(&[from]), 403, "cross_site");
        }
        check_refused(&service, &execute(&service, &[from]), 403, "cross_site");
    }
    service.assert_nothing_ran("pages that only their referrer names");
    let own = format!("http://localhost:{}/docs", service.port());
    for known in ["http://localhost:3001/ide", &own, "about:client", ""] {
        let reply = service.send(&request(&service, "GET", "/executions").headers(&[("Referer", known)]));
        assert_eq!(reply.status, 200, "{known}");
        check_runs(&service, &execute(&service, &[("Referer", known)]));
    }
}

/// Browsers send no `Origin` when a page reads its own address. A page or service worker that another program left there may add
/// headers, but cannot choose `Sec-Fetch-Site` or `Referer`.
#[test]
fn a_page_of_the_service_s_own_address_reads_nothing_without_the_token() {
    let service = Service::start();
    let own = format!("http://localhost:{}/old", service.port());
    let same = ("Sec-Fetch-Site", "same-origin");
    let token = std::fs::read_to_string(service.home().path().join("data/token")).expect("a token");
    let token = format!("Bearer {}", token.trim());
    let paths = [
        "/executions",
        "/executions/export",
        "/executions/x",
        "/status",
        "/languages",
        "/metrics",
        "/prove",
        "/nowhere",
    ];
    for path in paths {
        for headers in [&[same][..], &[same, ("Referer", &own)], &[same, ("X-Forwarded-Host", "localhost:3001")]] {
            check_refused(&service, &request(&service, "GET", path).headers(headers), 401, "token_required");
        }
        let reads = |headers: &[_]| service.send(&request(&service, "GET", path).headers(headers)).status;
        for headers in [&[][..], &[("Sec-Fetch-Site", "none")], &[same, ("Authorization", &token)]] {
            assert_ne!(reads(headers), 401, "{path} {headers:?}");
        }
    }
    check_refused(&service, &execute(&service, &[same]), 401, "token_required");
    for path in ["/docs", "/docs/main.js", "/openapi.json", "/health"] {
        assert_eq!(service.send(&request(&service, "GET", path).headers(&[same])).status, 200, "{path}");
    }
    // Behind a proxy the same header means an allowed page, which names itself.
    let page = [same, ("Referer", "http://localhost:3001/ide")];
    for forwarded in [&[][..], &[("X-Forwarded-Host", "localhost:3001")]] {
        let behind = request(&service, "GET", "/executions").headers(&page).headers(forwarded);
        assert_eq!(service.send(&behind).status, 200, "{}", behind.text());
    }
}

#[test]
fn preflights_of_allowed_pages_are_answered() {
    let service = Service::start();
    let preflight =
        request(&service, "OPTIONS", "/execute").headers(&[PAGE, ("Access-Control-Request-Method", "POST")]);
    let reply = service.send(&preflight);
    assert_eq!((reply.status, reply.header(ALLOW_ORIGIN)), (204, Some(PAGE.1)));
    let methods = reply.header("Access-Control-Allow-Methods").expect("methods");
    assert!(methods.contains("POST") && methods.contains("DELETE") && !methods.contains('*'), "{methods}");
    let headers = reply.header("Access-Control-Allow-Headers").expect("headers");
    assert!(headers.contains("content-type") && headers.contains("authorization"), "{headers}");
    assert_eq!((reply.header("Vary"), reply.header("Access-Control-Allow-Credentials")), (Some("Origin"), None));
    service.assert_nothing_ran("a preflight");
}

#[test]
fn origins_are_allowed_in_the_settings_and_at_the_start() {
    let home = Home::new("allowed_origins = [\"https://app.example\"]");
    let service = Service::start_in(&home, &["--allow-origin", "http://localhost:8080"]);
    for origin in [PAGE.1, "http://app.example", "https://app.example:8443", "http://localhost:80801"] {
        check_refused(&service, &execute(&service, &[("Origin", origin)]), 403, "origin_not_allowed");
    }
    for origin in ["https://app.example", "http://localhost:8080"] {
        let reply = check_runs(&service, &execute(&service, &[("Origin", origin)]));
        assert_eq!(reply.header(ALLOW_ORIGIN), Some(origin));
    }
}

#[test]
fn hosts_behind_a_rewrite_must_be_allowed_frontends() {
    let service = Service::start();
    let forwarded = |host| execute(&service, &[("X-Forwarded-Host", host)]);
    for host in [
        "evil.example:3001",
        "evil.example",
        "localhost",
        "localhost:3001.evil.example",
        "localhost:3001, evil.example",
        "evil.example, localhost:3001",
        "",
    ] {
        check_refused(&service, &forwarded(host), 403, "host_not_allowed");
    }
    let with_origin = execute(&service, &[PAGE, ("X-Forwarded-Host", "evil.example:3001")]);
    check_refused(&service, &with_origin, 403, "host_not_allowed");
    check_runs(&service, &forwarded("localhost:3001"));
    check_runs(&service, &forwarded("127.0.0.1:3000"));
}

#[test]
fn a_page_behind_a_rewrite_is_offered_with_what_it_wants_to_run() {
    let service = Service::start();
    let page = "http://app.example:3002";
    let headers = [("Origin", page), ("X-Forwarded-Host", "app.example:3002")];
    check_refused(&service, &execute(&service, &headers), 403, "origin_not_allowed");
    let pending = || service.get("/status").json()["pending_origins"].clone();
    assert_eq!((&pending()[0]["origin"], &pending()[0]["program"]["code"]), (&page.into(), &"print ran".into()));
    // The first program stays in the question, and a request whose program never arrives is answered at once.
    let later = request(&service, "POST", "/execute").headers(&headers).headers(&[JSON]).body(r#"{"code":"other"}"#);
    check_refused(&service, &later, 403, "origin_not_allowed");
    let silent = request(&service, "POST", "/execute").headers(&[FOREIGN, JSON, ("Content-Length", "1000")]);
    assert_eq!(first_words(&service, &silent.text()), "HTTP/1.1 403");
    assert_eq!((&pending()[0]["program"]["code"], &pending()[1]["program"]), (&"print ran".into(), &Value::Null));
    check_refused(&service, &execute(&service, &headers[1..]), 403, "host_not_allowed");
    let other = [("Origin", "http://other.example:3002"), headers[1]];
    check_refused(&service, &execute(&service, &other), 403, "host_not_allowed");
    assert_eq!(pending().as_array().map(Vec::len), Some(2));
}

#[test]
fn no_header_of_a_proxy_can_name_a_foreign_frontend() {
    let service = Service::start();
    let url = "http://evil.example/execute";
    for (name, value) in [
        ("Forwarded", "host=evil.example"),
        ("forwarded", "for=127.0.0.1;HOST=\"evil.example\";proto=http"),
        ("Forwarded", "host=localhost:3001, for=1.2.3.4;host=evil.example"),
        ("Forwarded", "host=\"evil\\.example\""),
        ("X-Original-Host", "evil.example"),
        ("X-Host", "evil.example"),
        ("X-Original-Hostname", "evil.example"),
        ("X_Forwarded_Host", "evil.example"),
        ("X-Forwarded-Domain", "evil.example"),
        ("X-Server-Name", "evil.example"),
        ("X-MS-Original-URL", url),
        ("X-Forwarded-Server", "evil.example"),
        ("X-HTTP-Host-Override", "evil.example"),
        ("X-Forwarded-Host", "localhost:3001, evil.example"),
        ("X-Original-URL", url),
        ("X-Rewrite-URL", url),
        ("X-Rewrite-URL", "//evil.example/execute"),
    ] {
        check_refused(&service, &execute(&service, &[(name, value)]), 403, "host_not_allowed");
        check_refused(&service, &execute(&service, &[PAGE, (name, value)]), 403, "host_not_allowed");
    }
    for (name, value) in [
        ("Forwarded", "host"),
        ("Forwarded", "host=\"evil.example"),
        ("Forwarded", "host=localhost:3001;host=evil.example"),
        ("X-Host", "a b"),
        ("X-Original-URL", "evil"),
    ] {
        check_refused(&service, &execute(&service, &[(name, value)]), 400, "invalid_host");
    }
    for (name, value) in [
        ("Forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43"),
        ("Forwarded", "for=\"[2001:db8::1]\";host=localhost:3001"),
        ("X-Original-Host", "localhost:3001"),
        ("X-Forwarded-Server", "localhost"),
        ("X-Original-URL", "/execute"),
        ("X-Forwarded-For", "192.0.2.60"),
    ] {
        check_runs(&service, &execute(&service, &[(name, value)]));
    }
}

#[test]
fn denied_pages_are_refused_even_if_also_allowed() {
    let home = Home::new(
        "allowed_origins = [\"http://a.example\", \"http://b.example:80\"]\n\
         denied_origins = [\"http://A.example:80\", \"http://b.example/\", \"http://localhost:8080\"]",
    );
    let service = Service::start_in(&home, &["--allow-origin", "http://localhost:8080"]);
    for origin in ["http://a.example", "http://b.example", "http://localhost:8080"] {
        let reply = check_refused(&service, &execute(&service, &[("Origin", origin)]), 403, "origin_not_allowed");
        assert!(reply.body.contains("denied_origins") && !reply.body.contains("--allow-origin"), "{}", reply.body);
        let host = origin.trim_start_matches("http://");
        check_refused(&service, &execute(&service, &[("X-Forwarded-Host", host)]), 403, "host_not_allowed");
    }
    assert_eq!(service.get("/status").json()["pending_origins"], serde_json::json!([]));
    service.says("--allow-origin http://localhost:8080` has no effect");
}

#[test]
fn no_page_of_another_origin_can_embed_an_answer() {
    let service = Service::start();
    let upgrade = [("Connection", "Upgrade, close"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")];
    let run = r#"{"code":"print ran","language":"fake"}"#;
    let execute_with =
        |headers: &[(&str, &str)], body: &str| request(&service, "POST", "/execute").headers(headers).body(body);
    let json = ("Content-Type", "application/json");
    let requests = [
        request(&service, "GET", "/status"),
        request(&service, "GET", "/nowhere"),
        request(&service, "PUT", "/execute"),
        request(&service, "GET", "/executions/export"),
        request(&service, "GET", "/execute/ws").headers(&upgrade),
        request(&service, "OPTIONS", "/execute").headers(&[PAGE, ("Access-Control-Request-Method", "POST")]),
        request(&service, "GET", "/status").headers(&[FOREIGN]),
        execute_with(&[json], run),
        execute_with(&[json, ("Accept", "text/event-stream")], run),
        execute_with(&[json], "{"),
        execute_with(&[], run),
    ];
    for request in requests {
        let reply = service.send(&request);
        assert_eq!(reply.header("Cross-Origin-Resource-Policy"), Some("same-origin"), "{}", request.text());
    }
}

#[test]
fn a_page_that_is_not_allowed_learns_only_that_something_is_healthy() {
    let service = Service::start();
    for method in ["GET", "HEAD"] {
        let reply = service.send(&request(&service, method, "/health").headers(&[FOREIGN]));
        assert_eq!(reply.header("Cross-Origin-Resource-Policy"), Some("cross-origin"));
        assert_eq!(reply.header("Access-Control-Allow-Origin"), None);
    }
}

#[test]
fn pages_of_other_sites_without_an_origin_are_refused() {
    let service = Service::start();
    for site in ["cross-site", "same-site", "Cross-Site"] {
        check_refused(&service, &execute(&service, &[("Sec-Fetch-Site", site)]), 403, "cross_site");
        let script = request(&service, "GET", "/executions").headers(&[("Sec-Fetch-Site", site)]);
        check_refused(&service, &script, 403, "cross_site");
    }
    check_runs(&service, &execute(&service, &[("Sec-Fetch-Site", "none")]));
    check_runs(&service, &execute(&service, &[PAGE, ("Sec-Fetch-Site", "same-site")]));
}

#[test]
fn a_foreign_page_gets_no_websocket() {
    let service = Service::start();
    let upgrade = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for path in ["/execute/ws", "/execute", "/"] {
        for header in [
            FOREIGN,
            ("Origin", "null"),
            ("Origin", "http://localhost:3001.evil.example"),
            ("X-Forwarded-Host", "evil.example"),
            ("Sec-Fetch-Site", "cross-site"),
        ] {
            let text = request(&service, "GET", path).headers(&upgrade).headers(&[header]).text();
            assert_eq!(first_words(&service, &text), "HTTP/1.1 403", "{text}");
            service.assert_nothing_ran(&text);
        }
    }
}
