//! Every source of Node.js, on simulated machines of each platform.

use std::path::Path;

use crate::interpreter::discovery::all;
use crate::interpreter::discovery::first;
use crate::interpreter::fixture::Fixture;
use crate::interpreter::kind::Kind;
use crate::interpreter::machine::Platform;
use crate::interpreter::source::Source;

async fn check(fixture: &Fixture, expected: &[(&str, Source)]) {
    let discovery = all(Kind::Node, &fixture.machine(), None).await;
    let found: Vec<_> = discovery.found.iter().map(|found| (found.path.clone(), found.source)).collect();
    let expected: Vec<_> = expected.iter().map(|(path, source)| (fixture.path(path), *source)).collect();
    assert_eq!(found, expected, "rejected: {:?}", discovery.rejected);
}

#[tokio::test]
async fn every_tool_on_linux_is_looked_into() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "usr/bin").folder("N_PREFIX", "prefix");
    let expected = [
        ("usr/bin/node", Source::Path),
        ("usr/bin/nodejs", Source::Path),
        (".nvm/versions/node/v24.4.1/bin/node", Source::Nvm),
        (".nvm/versions/node/v22.18.0/bin/node", Source::Nvm),
        (".local/share/fnm/node-versions/v20.1.0/installation/bin/node", Source::Fnm),
        (".volta/tools/image/node/18.1.0/bin/node", Source::Volta),
        (".asdf/installs/nodejs/21.0.0/bin/node", Source::Asdf),
        (".local/share/mise/installs/node/23.0.0/bin/node", Source::Mise),
        ("prefix/n/versions/node/16.0.0/bin/node", Source::N),
        ("root/home/linuxbrew/.linuxbrew/opt/node@20/bin/node", Source::Homebrew),
    ];
    for (path, _) in expected {
        fixture.node(path, "20.20.2");
    }
    check(&fixture, &expected).await;
}

#[tokio::test]
async fn every_tool_on_windows_is_looked_into() {
    let fixture = Fixture::new(Platform::Windows)
        .folder("PATH", "bin")
        .folder("APPDATA", "roaming")
        .folder("LOCALAPPDATA", "local")
        .folder("ProgramFiles", "programs");
    let expected = [
        ("bin/node.exe", Source::Path),
        ("roaming/nvm/v22.18.0/node.exe", Source::Nvm),
        ("roaming/fnm/node-versions/v20.1.0/installation/node.exe", Source::Fnm),
        ("local/Volta/tools/image/node/18.1.0/node.exe", Source::Volta),
        ("programs/nodejs/node.exe", Source::ProgramFiles),
    ];
    for (path, _) in expected {
        fixture.node(path, "20.20.2");
    }
    check(&fixture, &expected).await;
}

#[tokio::test]
async fn what_is_no_node_of_ours_is_refused() {
    let fixture = Fixture::new(Platform::Linux);
    for (path, expected) in [
        (fixture.node("old", "10.24.1"), "is Node.js 10.24.1; Runtray needs 12 or newer"),
        (fixture.node("odd", "not a version"), "printed no description of itself, as a Node.js would"),
    ] {
        let refused = first(Kind::Node, &fixture.machine(), Some(&path), |_| Ok(())).await.expect_err("a refusal");
        assert_eq!(refused[0].reason, expected);
    }
}

#[tokio::test]
async fn the_system_s_node_describes_itself() {
    let fixture = Fixture::new(Platform::Linux);
    let found = first(Kind::Node, &fixture.machine(), Some(Path::new("/usr/bin/node")), |_| Ok(())).await;
    let found = found.expect("the system's Node.js");
    assert_eq!((found.implementation.as_str(), found.prefix.as_path()), ("Node.js", Path::new("/usr")));
    assert!(semver::Version::parse(&found.version).is_ok(), "{found:?}");
}
