//! The WebSockets of the adapters: clients that only listen, and blocks beyond the queue of a kernel.

use std::fs;

use serde_json::{Value, json};

use crate::harness::Service;
use crate::harness::adapters::block;
use crate::harness::conversation::Conversation;
use crate::service::execute::program;

/// A client that sends nothing for a minute, not even the reply to a ping, is taken for gone.
#[test]
fn a_client_that_only_listens_is_pinged() {
    let service = Service::start();
    let mut sockets = [
        service.converse(&program("hang")),
        service.piston(&[], "hang"),
        service.jupyter(&[], &["hang"]),
        // Idle: its block has ended.
        service.jupyter(&[], &["print a"]),
    ];
    for socket in &mut sockets {
        socket.pinged();
    }
    assert_eq!(service.running().len(), 3);
}

/// The next reply of a kernel: the number of its block, and its content.
fn reply(talk: &mut Conversation) -> (String, Value) {
    loop {
        let message = talk.next();
        if message["msg_type"] == "execute_reply" {
            return (
                message["parent_header"]["msg_id"].as_str().expect("an id").to_owned(),
                message["content"].clone(),
            );
        }
    }
}

#[test]
fn a_block_beyond_the_queue_is_refused_and_the_others_run() {
    let service = Service::start();
    let release = service.home().shared("release");
    let mut talk = service.jupyter(&[], &[&format!("wait-for {}", release.display())]);
    for number in 1..=17 {
        talk.send(&block(number, "print ran"));
    }
    let (number, refused) = reply(&mut talk);
    assert_eq!((number.as_str(), &refused["status"]), ("17", &json!("error")), "{refused}");
    assert!(refused["evalue"].as_str().is_some_and(|why| why.contains("16 blocks")), "{refused}");
    fs::write(&release, "").expect("the release");
    for number in 0..=16 {
        let (answered, content) = reply(&mut talk);
        assert_eq!((answered, &content["status"]), (number.to_string(), &json!("ok")), "{content}");
    }
}

#[test]
fn a_client_whose_kernels_keep_variables_is_told_to_wait() {
    // The first request of AutoGen's Jupyter executor.
    let reply = Service::start().get_with("/api/kernelspecs", &[("Authorization", "token abc")]);
    assert_eq!((reply.status, reply.json()["code"].as_str()), (404, Some("not_found")), "{}", reply.body);
    for words in ["keep variables", "AutoGen", "wait for sessions", "as_tool()"] {
        assert!(reply.body.contains(words), "{words}: {}", reply.body);
    }
}
