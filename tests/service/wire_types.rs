//! The service's JSON, read with the types of `runtray-wire` and written again: nothing is lost or added.

use runtray_wire::{
    ErrorBody, ExecuteResponse, Execution, ExecutionsPage, Finished, Health, Language, ServiceStatus, Started,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::harness::Service;

/// Reads `written` as a `T`.
fn check<T: Serialize + DeserializeOwned>(written: &Value) -> T {
    let read: T = serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{error} in {written}"));
    assert_eq!(&serde_json::to_value(&read).expect("JSON"), written);
    read
}

#[test]
fn every_answer_is_of_its_wire_type() {
    let service = Service::start();
    service.get_with("/status", &[("Origin", "http://evil.example")]);
    let program = json!({ "language": "fake", "code": "print x\nexit 3", "args": ["-v"], "stdin": "typed" });
    let ran: ExecuteResponse = check(&service.post("/execute", &program).json());
    assert_eq!((ran.output.as_str(), ran.ending.exit_code), ("x\n", Some(3)));
    check::<Health>(&service.get("/health").json());
    assert_eq!(check::<ServiceStatus>(&service.get("/status").json()).pending_origins.len(), 1);
    assert!(check::<Vec<Language>>(&service.get("/languages").json()).iter().any(|one| one.language == "fake"));
    let page: ExecutionsPage = check(&service.get("/executions").json());
    let entry: Execution = check(&service.get(&format!("/executions/{}", page.items[0].id)).json());
    assert_eq!((entry.id, entry.given.map(|given| given.args)), (ran.ending.id, Some(vec!["-v".to_owned()])));
    check::<ErrorBody>(&service.get("/nowhere").json());
    check::<ErrorBody>(&service.post("/execute", &json!({ "language": "nothing", "code": "" })).json());
}

#[test]
fn every_event_of_a_stream_is_of_its_wire_type() {
    let service = Service::start();
    let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
    let program = json!({ "language": "fake", "code": "print x" }).to_string();
    let stream = service.post_with("/execute", &headers, program.as_bytes()).body;
    let data = |name: &str| -> Value {
        let lines = stream.lines().skip_while(|line| *line != format!("event: {name}"));
        let data = lines.skip(1).find_map(|line| line.strip_prefix("data: ")).unwrap_or_else(|| panic!("{stream}"));
        serde_json::from_str(data).expect("JSON")
    };
    assert_eq!(check::<Started>(&data("started")).language, "fake");
    assert!(check::<Finished>(&data("finished")).success);
}
