//! The science pack in a service. `cargo xtask test --only native -- science` adds the real one to the folder in
//! `RUNTRAY_TEST_SCIENCE`; refusals are tested by `crates/packs/tests` and `crates/builtin-python/tests`.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Once;

use serde_json::{Value, json};

use super::{Bare, Running};

/// The runtime that results of its programs name.
const NAME: &str = "CPython 3.15 (built in, science)";

const CHOSEN: &str = "[python]\npath = \"science\"\n[warm]\npython = 1\n";

/// A machine with the pack, if there is one.
fn machine(settings: &str) -> Option<Bare> {
    let Some(folder) = std::env::var_os("RUNTRAY_TEST_SCIENCE").map(PathBuf::from) else {
        static SAID: Once = Once::new();
        let why = "the tests of the science pack do nothing: RUNTRAY_TEST_SCIENCE does not name a folder with it\n";
        SAID.call_once(|| std::io::stderr().write_all(why.as_bytes()).expect("stderr can be written"));
        return None;
    };
    let bare = Bare::new(settings)?;
    symlink(folder, bare.home.path().join("packages")).expect("a link");
    Some(bare)
}

fn run(service: &Running, code: &str) -> Value {
    service.until_waiting("python", 1);
    let answer = service.execute(&json!({"code": code}));
    assert_eq!((&answer["runtime"], &answer["isolation"]), (&json!(NAME), &json!("wasm")), "{answer}");
    answer
}

#[test]
fn tables_curves_and_pictures() {
    let Some(service) = machine(CHOSEN).map(Bare::start) else { return };
    let code = "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2, 3]}).describe().loc['mean', 'a'])";
    assert_eq!(run(&service, code)["output"], "2.0\n");
    let code = "from scipy.integrate import quad\nimport math\nprint(round(quad(math.sin, 0, math.pi)[0], 6))";
    assert_eq!(run(&service, code)["output"], "2.0\n");
    let answer = run(&service, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('plot.png')");
    let files = answer["files"].as_array().expect("a list");
    assert_eq!((files.len(), &files[0]["path"]), (1, &json!("plot.png")), "{answer}");
    assert_eq!(files[0]["media_type"], "image/png", "{answer}");
    assert!(files[0]["content"].as_str().is_some_and(|text| text.starts_with("iVBORw0KGgo")), "{answer}");
}

#[test]
fn programs_are_limited_and_answered_as_others_are() {
    let Some(service) = machine(CHOSEN).map(Bare::start) else { return };
    let answer = run(&service, "import time\nprint('begun', flush=True)\nraise SystemExit(3)");
    assert_eq!((&answer["output"], &answer["exit_code"]), (&json!("begun\n"), &json!(3)), "{answer}");
    service.until_waiting("python", 1);
    let answer = service.execute(&json!({"code": "while True: pass", "timeout_ms": 500}));
    assert_eq!(answer["status"], "timeout", "{answer}");
    let answer = service.execute(&json!({"code": "print(input(), open('in.txt').read())", "stdin": "typed\n",
        "files": [{"path": "in.txt", "content": "sent"}]}));
    assert_eq!(answer["output"], "typed sent\n", "{answer}");
}

#[test]
fn it_is_a_row_that_is_used_only_when_it_is_chosen() {
    let Some(bare) = machine("") else { return };
    let output = bare.runtray().args(["pythons", "--json"]).output().expect("runtray runs");
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = listed["found"].as_array().expect("a list");
    let rows: Vec<_> =
        found.iter().map(|row| (row["version"].as_str(), row["science"].is_string(), &row["in_use"])).collect();
    assert_eq!(rows, [(Some("3.14.0"), false, &json!(true)), (Some("3.15.0"), true, &json!(false))], "{listed}");
    let listed = bare.runtray().args(["packs", "list"]).output().expect("runtray runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.starts_with("science  0.1.0") && listed.contains("MB on the disk"), "{listed}");
}

#[test]
fn a_chosen_pack_that_is_not_there_is_no_other_python() {
    let Some(bare) = Bare::new("[python]\npath = \"science\"\n") else { return };
    let service = bare.start();
    let refused = service.post("/execute", &json!({"code": "print(1)"}));
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("runtime_not_found")), "{}", refused.body);
    assert!(refused.body.contains("`runtray packs add science` adds it"), "{}", refused.body);
}

#[test]
fn a_missing_module_of_the_pack_names_it() {
    let Some(bare) = Bare::new("") else { return };
    // The pack is offered if the compiler is beside the program.
    let is_offered = bare.program.with_file_name("runtray-python-compile").exists();
    let service = bare.start();
    let answer = service.execute(&json!({"code": "import pandas"}));
    let told = answer["error"].as_str().expect("text");
    assert_eq!(told.contains("`runtray packs add science`"), is_offered, "{answer}");
    let answer = service.execute(&json!({"code": "import surely_not_there"}));
    assert!(!answer["error"].to_string().contains("science"), "{answer}");
}
