//! How the level is decided, the grants, and the messages about denied access.

use std::fs;

use serde_json::json;

use crate::harness::{Home, Service, TempDir};

#[test]
fn a_request_raises_the_level_and_never_lowers_it() {
    let service = Service::start_with("isolation = \"none\"");
    let level = |wish: &str| service.execute(&json!({"code": "", "isolation": wish}))["isolation"].clone();
    assert_eq!(service.execute(&json!({"code": ""}))["isolation"], "none");
    assert_eq!((level("none"), level("auto"), level("sandbox")), ("none".into(), "sandbox".into(), "sandbox".into()));
    assert_eq!(service.get("/status").json()["isolation"], "none");
    let service = Service::start();
    for (request, words) in [
        (json!({"code": "", "isolation": "none"}), "never lower it"),
        (json!({"code": "", "isolation": "wasm"}), "is not part of this installation"),
        (json!({"code": "", "language": "javascript", "isolation": "wasm"}), "does not run javascript"),
        (json!({"code": "", "isolation": "container"}), "no image is chosen"),
        (json!({"code": "", "network": "ask"}), "give this program no network"),
        (json!({"code": "", "network": "on"}), "give this program no network"),
    ] {
        let reply = service.post("/execute", &request);
        assert_eq!((reply.status, reply.json()["code"].as_str()), (422, Some("isolation_unavailable")), "{request}");
        assert!(reply.body.contains(words), "{request}: {}", reply.body);
    }
    assert_eq!(service.execute(&json!({"code": "", "network": "off"}))["isolation"], "sandbox");
    assert_eq!(service.post("/execute", &json!({"code": "", "isolation": "jail"})).status, 400);
}

#[test]
fn shells_run_where_the_sandbox_holds_them() {
    let program = json!({"code": "pwd > place; cat place", "language": "sh"});
    for mode in super::MODES {
        let home = Home::new("");
        let service = Service::start_in_mode(&home, mode);
        let answer = service.execute(&program);
        assert_eq!((&answer["isolation"], &answer["status"]), (&"sandbox".into(), &"completed".into()), "{answer}");
        let code = format!("cat '{}'", home.settings_file().display());
        let answer = service.execute(&json!({"code": code, "language": "sh"}));
        assert_eq!((&answer["status"], &answer["output"]), (&"failed".into(), &"".into()), "{mode}: {answer}");
        let listed = service.get("/languages").json();
        let row = listed.as_array().expect("rows").iter().find(|row| row["language"] == "sh").cloned();
        let row = row.unwrap_or_default();
        assert_eq!((&row["available"], &row["isolation"]), (&true.into(), &"sandbox".into()), "{row}");
    }
    for (settings, status) in [("isolation = \"none\"", 422), ("isolation = \"none\"\nallow_shells = true", 200)] {
        let service = Service::start_with(settings);
        assert_eq!(service.post("/execute", &program).status, status, "{settings}");
        let raised = json!({"code": "", "language": "sh", "isolation": "sandbox"});
        assert_eq!(service.post("/execute", &raised).status, status, "{settings}");
    }
}

#[test]
fn granted_folders_are_open_and_part_of_the_answer() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for name in ["read", "write", "closed"] {
        fs::create_dir(at(name)).expect("a folder");
        fs::write(at(name).join("a"), name).expect("a file");
    }
    let settings = format!("[sandbox]\nread = ['{}']\nwrite = ['{}']", at("read").display(), at("write").display());
    for mode in super::MODES {
        let service = Service::start_in_mode(&Home::new(&settings), mode);
        let run = |code: String| service.execute(&json!({"code": code}));
        let root = format!("{:?}", folder.path().display().to_string());
        let answer = run(format!("print(open({root} + '/read/a').read(), open({root} + '/write/a').read())"));
        assert_eq!(answer["output"], "read write\n", "{mode}: {answer}");
        assert_eq!(answer["granted"]["read"], json!([at("read")]), "{answer}");
        assert_eq!(answer["granted"]["write"], json!([at("write")]), "{answer}");
        let answer = run(format!("open({root} + '/write/{mode}', 'w').write('x')"));
        assert_eq!(answer["status"], "completed", "{mode}: {answer}");
        assert_eq!(fs::read_to_string(at("write").join(mode)).expect("a file"), "x");
        for code in ["open(R + '/read/b', 'w')", "open(R + '/closed/a')", "open(R + '/x', 'w')"] {
            let answer = run(code.replace('R', &root));
            assert_eq!(answer["status"], "failed", "{mode}: {code}: {answer}");
        }
        assert!(!at("read").join("b").exists());
    }
}

#[test]
fn what_the_sandbox_denied_is_told_to_the_person() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("data.csv"), "1,2").expect("a file");
    for mode in super::MODES {
        let home = Home::new("[sandbox]\n");
        let mut command = crate::harness::runtray(&home);
        command.args(["serve", "--port", "0"]).env("RUNTRAY_CONTAINMENT", mode).env("HOME", folder.path());
        let service = Service::start_by(command, &home);
        let file = "The sandbox kept this program from opening ~/data.csv. Allow the folder in Settings, or send the file with the request.";
        for (language, code, expected) in [
            ("python", "import os; open(os.path.expanduser('~/data.csv'))", file),
            ("javascript", "require('fs').readFileSync(process.env.HOME + '/data.csv')", file),
            (
                "python",
                "import os, subprocess; subprocess.run(['cat', os.path.expanduser('~/data.csv')], check=True)",
                "",
            ),
            (
                "python",
                "import socket; socket.create_connection(('203.0.113.1', 80), 2)",
                "using the network. The setting `[sandbox] network` decides who may.",
            ),
            ("python", "open('missing.csv')", ""),
            ("python", "1/0", ""),
        ] {
            let answer = service.execute(&json!({"code": code, "language": language}));
            let error = answer["error"].as_str().expect("text").trim_end();
            assert_eq!(answer["status"], "failed", "{mode}: {answer}");
            let last_line = error.lines().last().unwrap_or_default();
            if expected.is_empty() {
                assert!(!last_line.contains("The sandbox") || code.contains("cat"), "{mode}: {code}: {error}");
            } else {
                assert!(last_line.ends_with(expected), "{mode}: {code}: {error}");
            }
        }
    }
}

#[test]
fn an_interpreter_that_waits_is_not_poisoned_by_a_program() {
    let folder = TempDir::new().expect("a folder");
    let home = Home::new("[warm]\npython = 1\njavascript = 1\n[sandbox]\n");
    let mut command = crate::harness::runtray(&home);
    command.args(["serve", "--port", "0"]).env("HOME", folder.path());
    let service = Service::start_by(command, &home);
    service.until_waiting("python", 1);
    let poison = "
import os, site, sysconfig
user = site.getusersitepackages()
for name, text in [(user + '/usercustomize.py', 'print(666)'), (user + '/x.pth', 'import os; print(666)'),
                   (sysconfig.get_path('purelib') + '/sitecustomize.py', 'print(666)'),
                   (os.path.expanduser('~/.npmrc'), 'node-options=--require /tmp/x.js'), ('/tmp/x.js', 'console.log(666)')]:
    try:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        open(name, 'w').write(text)
    except OSError:
        pass
os.environ['NODE_OPTIONS'] = '--require /tmp/x.js'
";
    assert_eq!(service.execute(&json!({"code": poison}))["status"], "completed");
    for _ in 0..3 {
        let answer = service.execute(&json!({"code": "print('clean')"}));
        assert_eq!(answer["output"], "clean\n", "{answer}");
        let answer = service.execute(&json!({"code": "console.log('clean')", "language": "javascript"}));
        assert_eq!(answer["output"], "clean\n", "{answer}");
    }
}
