//! The level `sandbox`: attempts to escape, programs that must work, and how the level is decided.

mod control;
mod escapes;
mod files;
mod given;
mod grants;
mod internet;
mod kernel;
mod neighbours;
mod network;
mod others;
mod person;
mod planted;
mod science;
mod works;

use std::io::Write;

use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, nobody, runtray, skip};
use escapes::{Escape, SECRET, Where, attack, complaint, request, results};
use person::Person;

/// Every way of containment.
const MODES: [&str; 3] = ["namespaces", "user-namespaces", "subreaper"];

/// The ways to run a service, each with its name; prints which are not tested.
fn services(person: &Person) -> Vec<(String, Service)> {
    let mut services = Vec::new();
    for mode in MODES {
        for other in [false, true] {
            let name = format!("{mode}, {}", if other { "nobody" } else { "the user of this test" });
            if let Some(reason) = nobody::cannot_run().filter(|_| other) {
                lacking(&name, &reason);
                continue;
            }
            let home = Home::new("same_user_only = false\nisolation = \"sandbox\"\n[sandbox]\n");
            let mut command = if other {
                nobody::give(person.home.path());
                nobody::serve(&home)
            } else {
                let mut command = runtray(&home);
                command.args(["serve", "--port", "0"]);
                command
            };
            command.env("RUNTRAY_CONTAINMENT", mode).env("HOME", person.home.path());
            services.push((name, Service::start_by(command, &home)));
        }
    }
    services.retain(|(name, service)| {
        let contained =
            eventually("containment", || service.get("/status").json()["containment"].as_str().map(str::to_owned));
        let wanted = name.split(',').next().unwrap_or_default().trim_end_matches('s').replace('-', "_");
        let given = contained == wanted || contained == format!("pid_{}", wanted);
        // An ordinary user cannot have the namespaces of root.
        if !given && name == "namespaces, nobody" {
            skip(format_args!("{name}: this machine gives {contained}"));
        } else if !given {
            lacking(name, &format!("this machine gives {contained}"));
        }
        given
    });
    services
}

/// Prints that a way is not tested. In CI, where the tests run as root, that is a failure: nobody would see the line.
fn lacking(name: &str, reason: &str) {
    let must = std::env::var_os("CI").is_some() && nix::unistd::geteuid().is_root();
    assert!(!must, "{name} must be tested in CI: {reason}");
    skip(format_args!("{name}: {reason}"));
}

/// Whether runs have a root folder of their own.
fn is_rooted(service: &Service) -> bool {
    let detail = &service.get("/status").json()["isolation_detail"];
    !detail.as_str().is_some_and(|detail| detail.contains("mount namespaces"))
}

#[test]
fn nothing_gets_out_of_the_sandbox() {
    let mut person = Person::new();
    let mut failures = Vec::new();
    let mut table = String::from("\n");
    for (name, service) in services(&person) {
        let rooted = is_rooted(&service);
        let cases: Vec<&Escape> = escapes::all().filter(|case| rooted || case.2 == Where::Everywhere).collect();
        let results = attack(&service, &person.context(Some(&service), name.ends_with("nobody")), &cases);
        for (case, result) in cases.iter().zip(&results) {
            failures.extend(complaint(case, result).map(|complaint| format!("{name}: {complaint}")));
        }
        person.check_whole();
        table += &format!("{name}: {} attempts held, {} twins worked\n", cases.len(), cases.len());
        if std::env::var_os("RUNTRAY_SHOW_ESCAPES").is_some() {
            for (case, result) in cases.iter().zip(&results) {
                table += &format!(
                    "  {:<36} {:<10} {}\n",
                    case.0,
                    format!("{:?}", case.1),
                    result[1].as_str().unwrap_or_default()
                );
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    // Past the test's capture, so that the count is always seen.
    let _ = writeln!(std::io::stderr(), "{table}");
}

/// Makes the attempts in one more way: `settings` of the service, and `attack`. Leaves out the cases `open`.
fn holds_too(
    way: &str,
    settings: &str,
    open: &[&str],
    attack: impl Fn(&Service, &Value, &[&Escape]) -> Vec<Vec<Value>>,
) {
    let mut person = Person::new();
    let mut failures = Vec::new();
    for mode in MODES {
        let home = Home::new(&format!("same_user_only = false\nisolation = \"sandbox\"\n{settings}"));
        let mut command = runtray(&home);
        command.args(["serve", "--port", "0"]).env("RUNTRAY_CONTAINMENT", mode).env("HOME", person.home.path());
        let service = Service::start_by(command, &home);
        let rooted = is_rooted(&service);
        if !rooted && !open.is_empty() {
            // This machine gives programs no network.
            continue;
        }
        let cases = escapes::all().filter(|case| rooted || case.2 == Where::Everywhere);
        let cases: Vec<&Escape> = cases.filter(|case| !open.contains(&case.0)).collect();
        let results = attack(&service, &person.context(Some(&service), false), &cases);
        let complaints = cases.iter().zip(&results).filter_map(|(case, result)| complaint(case, result));
        failures.extend(complaints.map(|complaint| format!("{mode}, {way}: {complaint}")));
        person.check_whole();
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nothing_gets_out_of_an_interpreter_that_waited() {
    holds_too("warm", "[warm]\npython = 1\nmemory_bytes = 1073741824\n[sandbox]\n", &[], |service, context, cases| {
        let answer = service.execute_warm("python", &request(context, cases));
        assert!(answer["isolation"] == "sandbox" && !answer.to_string().contains(SECRET), "{answer}");
        results(answer["output"].as_str().unwrap_or_default())
    });
}

#[test]
fn nothing_else_is_open_with_a_network() {
    // These attempts use the machine's own network, which is open then.
    let open = ["another machine", "a datagram", "a name"];
    holds_too("with a network", "[sandbox]\nnetwork = \"on\"\n", &open, attack);
}

#[test]
fn nothing_gets_out_of_a_terminal() {
    holds_too("in a terminal", "[sandbox]\n", &[], |service, context, cases| {
        let mut request = request(context, cases);
        request["terminal"] = json!({"columns": 80, "rows": 24});
        let mut conversation = service.converse(&request);
        let finished = conversation.finished();
        let output = conversation.output();
        assert!(finished["isolation"] == "sandbox" && !output.contains(SECRET), "{finished}: {output}");
        results(output)
    });
}
