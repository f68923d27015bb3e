//! Files above a run's folder, as a user has them in the home: they do not change how a program is read.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::neighbours::{ALL, is_walled, start};
use crate::harness::{Service, skip};

/// Sets of files that a user may have in the home folder or above. The files of one set do not contradict one another.
const ABOVE: [&[(&str, &str)]; 5] = [
    &[("package.json", r#"{"type": "commonjs"}"#)],
    &[("package.json", r#"{"type": "module"}"#)],
    &[("package.json", "{}"), ("tsconfig.json", "not JSON")],
    &[("package.json", "not JSON")],
    &[
        (".npmrc", "node-options=--no-such-option"),
        (".node-version", "0.1"),
        (".nvmrc", "0.1"),
        (".python-version", "2.0"),
        ("pyproject.toml", "not TOML ["),
        ("setup.cfg", "[install]\nprefix=/nowhere"),
        ("pyvenv.cfg", "home = /nowhere\ninclude-system-site-packages = false"),
        ("python313._pth", "/nowhere"),
        ("sitecustomize.py", "print('above')"),
        ("usercustomize.py", "print('above')"),
        ("json.py", "print('above')"),
        ("tsconfig.json", r#"{"compilerOptions": {"module": "none"}}"#),
    ],
];

/// Programs by language: an ES module, a CommonJS program, TypeScript, and Python that tells where its modules come from.
const PROGRAMS: [(&str, &str); 4] = [
    ("javascript", "import { basename } from 'node:path';\nconsole.log(basename('a/b'), await 1);"),
    ("javascript", "const { basename } = require('path');\nconsole.log(basename('a/b'), typeof module);"),
    ("typescript", "import { basename } from 'node:path';\nconst name: string = 'a/b';\nconsole.log(basename(name));"),
    (
        "python",
        "import json, sys\nprint(json.dumps(1), sys.prefix, sys.version, sys.path[1:], 'sitecustomize' in sys.modules)",
    ),
];

fn has(service: &Service, language: &str) -> bool {
    let languages = service.get("/languages").json();
    let rows = languages.as_array().expect("a list");
    rows.iter().any(|row| row["language"] == language && row["available"] == true)
}

/// The answers of all programs, each in a prestarted interpreter, if one waits, and in a new one.
fn answers(service: &Service) -> Vec<[Value; 3]> {
    let mut answers = Vec::new();
    for (language, code) in PROGRAMS.into_iter().filter(|(language, _)| has(service, language)) {
        for args in [vec![], vec!["cold"]] {
            let answer = service.execute(&json!({"language": language, "code": code, "args": args}));
            answers.push([answer["status"].clone(), answer["output"].clone(), answer["error"].clone()]);
        }
    }
    answers
}

#[test]
fn files_above_the_run_s_folder_do_not_change_how_it_is_read() {
    for mode in ALL {
        let service = start(mode);
        let expected = answers(&service);
        assert!(expected.iter().all(|answer| answer[0] == "completed" && answer[2] == ""), "{expected:?}");
        for files in ABOVE {
            for place in [service.home().path().to_path_buf(), service.runs_folder()] {
                for (name, text) in files {
                    fs::write(place.join(name), text).expect("a file above");
                }
                assert_eq!(answers(&service), expected, "{files:?} in {} ({mode:?})", place.display());
                for (name, _) in files {
                    fs::remove_file(place.join(name)).expect("a file to delete");
                }
            }
        }
    }
}

/// Node.js looks for packages in each folder above, and nothing stops that. With namespaces no user's folder is above the run's.
#[test]
fn packages_above_the_run_s_folder_are_found_only_without_namespaces() {
    for mode in ALL {
        let service = start(mode);
        if !has(&service, "javascript") {
            return skip("there is no Node.js");
        }
        let walled = mode != "subreaper" && is_walled(&service, mode);
        put_package(service.home().path());
        let code = "try { console.log(require('above')); } catch (error) { console.log(error.code); }";
        let answer = service.execute(&json!({"language": "javascript", "code": code}));
        let expected = if walled { "MODULE_NOT_FOUND\n" } else { "found\n" };
        assert_eq!(answer["output"], expected, "({mode:?}) {answer}");
    }
}

fn put_package(folder: &Path) {
    let package = folder.join("node_modules/above");
    fs::create_dir_all(&package).expect("a folder");
    fs::write(package.join("index.js"), "module.exports = 'found';").expect("a package");
}
