//! Encodings of requests: the service accepts the encodings that Flask accepts.

use crate::harness::Service;
use crate::service::bad_input::{JSON, check};
use crate::service::execute::program;

const TEXT: &str = "grüße, 世界 🎉";

/// `text` encoded in code units of `width` bytes.
fn wide(text: &str, width: usize, big_endian: bool) -> Vec<u8> {
    let units: Vec<u32> =
        if width == 2 { text.encode_utf16().map(u32::from).collect() } else { text.chars().map(u32::from).collect() };
    let bytes = |unit: u32| {
        if big_endian { unit.to_be_bytes()[4 - width..].to_vec() } else { unit.to_le_bytes()[..width].to_vec() }
    };
    units.into_iter().flat_map(bytes).collect()
}

#[test]
fn a_request_may_use_every_encoding_of_json() {
    let service = Service::start();
    let request = program(&format!("print {TEXT}")).to_string();
    for mark in ["", "\u{feff}"] {
        let marked = format!("{mark}{request}");
        for (name, body) in [
            ("UTF-8", marked.clone().into_bytes()),
            ("UTF-16LE", wide(&marked, 2, false)),
            ("UTF-16BE", wide(&marked, 2, true)),
            ("UTF-32LE", wide(&marked, 4, false)),
            ("UTF-32BE", wide(&marked, 4, true)),
        ] {
            let reply = service.post_with("/execute", &[JSON], &body);
            assert_eq!(reply.status, 200, "{name} {mark:?}: {}", reply.body);
            assert_eq!(reply.json()["output"], format!("{TEXT}\n"), "{name} {mark:?}");
        }
    }
}

#[test]
fn a_body_that_is_invalid_in_its_encoding_is_refused() {
    let service = Service::start();
    let mut half = wide(&program("print ran").to_string(), 2, false);
    half.pop();
    check(&service, &half, 400, "invalid_json", &["UTF-16", "cut off"]);
    let mut lone = wide("{\"code\":\"\u{e000}\"}", 2, false);
    lone[18..20].copy_from_slice(&[0, 0xd8]);
    check(&service, &lone, 400, "invalid_json", &["UTF-16", "no character"]);
}

#[test]
fn a_body_may_be_compressed_and_declared_as_any_json() {
    let service = Service::start();
    // `{"code":"print ran","language":"fake"}`
    let gzip: &[u8] =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xabVJ\xceOIU\xb2R*(\xca\xcc+Q(J\xccS\xd2Q\xcaI\xccK/ML\x07\x09\xa7%f\xa7*\xd5\x02\x00\xa7\x04\xca\x01&\x00\x00\x00";
    let deflate: &[u8] =
        b"x\x9c\xabVJ\xceOIU\xb2R*(\xca\xcc+Q(J\xccS\xd2Q\xcaI\xccK/ML\x07\x09\xa7%f\xa7*\xd5\x02\x00\xf7\xa0\x0c\xad";
    for (coding, body) in [("gzip", gzip), ("x-gzip", gzip), ("deflate", deflate)] {
        for json in ["application/json", "application/vnd.runtray+json"] {
            let headers = [("Content-Type", json), ("Content-Encoding", coding)];
            let reply = service.post_with("/execute", &headers, body);
            assert_eq!(reply.status, 200, "{coding}: {}", reply.body);
            assert_eq!(reply.json()["output"], "ran\n", "{coding}");
        }
    }
    for (coding, status, code) in [
        ("br", 415, "unsupported_media_type"),
        ("zstd", 415, "unsupported_media_type"),
        ("gzip, gzip", 415, "unsupported_media_type"),
        ("gzip", 400, "invalid_request"),
        ("deflate", 400, "invalid_request"),
    ] {
        let reply = service.post_with("/execute", &[JSON, ("Content-Encoding", coding)], b"{}");
        assert_eq!((reply.status, &reply.json()["code"]), (status, &code.into()), "{coding}: {}", reply.body);
        assert!(status != 415 || reply.body.contains(coding), "{coding}: {}", reply.body);
    }
}
