//! The guard in front of the WebSocket: the same rules as for other routes, and never a 101 for a refused client.

use serde_json::{Value, json};

use crate::harness::raw::RawRequest;
use crate::harness::{Home, Service};
use crate::service::execute::program;

fn refused(service: &Service, headers: &[(&str, &str)]) -> (u16, Value) {
    let request = RawRequest::new("GET", "/execute/ws").headers(headers).headers(&[
        ("Connection", "Upgrade, close"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]);
    let reply = service.send(&request);
    assert_eq!(reply.header("Access-Control-Allow-Origin"), None, "{headers:?}");
    (reply.status, reply.json())
}

#[test]
fn foreign_pages_are_refused_before_the_upgrade() {
    let service = Service::start();
    let host = format!("localhost:{}", service.port());
    let evil = format!("evil.example:{}", service.port());
    let ours = ("Host", host.as_str());
    for (headers, status, code) in [
        (&[ours, ("Origin", "https://evil.example")][..], 403, "origin_not_allowed"),
        (&[ours, ("Origin", "null")], 403, "origin_not_allowed"),
        (&[ours, ("Origin", "http://localhost:3001.evil.example")], 403, "origin_not_allowed"),
        (&[ours, ("Origin", "http://203.0.113.5")], 403, "origin_not_allowed"),
        (&[("Host", &evil)], 403, "host_not_allowed"),
        (&[("Host", &evil), ("Origin", "http://localhost:3000")], 403, "host_not_allowed"),
        (&[ours, ("X-Forwarded-Host", "evil.example:3001")], 403, "host_not_allowed"),
        (&[ours, ("Sec-Fetch-Site", "cross-site")], 403, "cross_site"),
        (&[], 400, "invalid_host"),
    ] {
        let (got, body) = refused(&service, headers);
        assert_eq!((got, &body["code"]), (status, &code.into()), "{headers:?}: {body}");
    }
    assert_eq!(service.get("/executions").json()["items"], json!([]), "something was run");
}

#[test]
fn programs_and_allowed_pages_are_upgraded() {
    let service = Service::start();
    for headers in [&[][..], &[("Origin", "http://localhost:3000")]] {
        let mut talk = service.upgrade(headers).expect("an upgrade");
        talk.run(&program("print hi"));
        talk.until("hi\n");
        assert_eq!(talk.ended(), ("completed".into(), 0.into()));
    }
    let page = service.get("/executions").json();
    let origins: Vec<&Value> = page["items"].as_array().expect("a list").iter().map(|item| &item["origin"]).collect();
    assert_eq!(origins, ["http://localhost:3000", "local"]);
}

#[test]
fn strict_mode_takes_the_token_from_a_header_or_a_subprotocol() {
    let home = Home::new("require_token = true");
    let service = Service::start_in(&home, &[]);
    let token = std::fs::read_to_string(home.path().join("data").join("token")).expect("a token");
    let token = token.trim();
    let (bearer, offer) = (format!("Bearer {token}"), format!("runtray, bearer.{token}"));
    assert!(service.upgrade(&[("Authorization", &bearer)]).is_ok());
    assert!(service.upgrade(&[("Sec-WebSocket-Protocol", &offer), ("Origin", "http://localhost:3000")]).is_ok());
    for headers in [
        &[][..],
        &[("Authorization", "Bearer wrong")],
        &[("Sec-WebSocket-Protocol", "runtray, bearer.wrong")],
        &[("Authorization", "Bearer wrong"), ("Sec-WebSocket-Protocol", offer.as_str())],
    ] {
        assert_eq!(service.upgrade(headers).err(), Some(401), "{headers:?}");
    }
    let foreign = [("Sec-WebSocket-Protocol", offer.as_str()), ("Origin", "http://evil.example")];
    assert_eq!(service.upgrade(&foreign).err(), Some(403), "the token lets no foreign page in");
}

#[test]
fn a_request_without_an_upgrade_is_refused_with_an_explanation() {
    let reply = Service::start().get("/execute/ws");
    assert_eq!((reply.status, &reply.json()["code"]), (400, &"invalid_request".into()));
    assert!(reply.body.contains("WebSocket"), "{}", reply.body);
}
