//! Whole changes of settings files, in a home of their own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::known::{Places, System};
use super::{Action, Assistants, Copies, LineKind, State};

/// A home with some assistants.
struct Home {
    folder: TempDir,
    assistants: Assistants,
}

impl Home {
    fn with(folders: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home");
        folders.iter().for_each(|name| fs::create_dir_all(home.join(name)).expect("a folder"));
        let places = Places { system: System::Linux, home, config: None };
        let copies = Copies::below(&folder.path().join("data"));
        Self { folder, assistants: Assistants { places, copies, program: Some("/opt/runtray".into()) } }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("home").join(name)
    }

    fn do_it(&self, id: &str, action: Action) {
        let plan = self.assistants.plan(id, action).expect("a plan");
        self.assistants.apply(id, action, &plan.basis).expect("applied");
    }

    fn state(&self, id: &str) -> State {
        self.assistants.list().into_iter().find(|one| one.id == id).expect("it is installed").state
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

const ZED: &str = "// Zed settings\n{\n  \"theme\": \"One Dark\",\n  \"context_servers\": {\n    \"other\": { \"command\": \"npx\" }\n  }, // end\n}\n";

#[test]
fn only_installed_assistants_are_listed() {
    let home = Home::with(&[".cursor", ".config/Code/User"]);
    let ids: Vec<_> = home.assistants.list().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, ["cursor", "vscode"]);
    assert!(home.assistants.plan("zed", Action::Connect).expect_err("not installed").to_string().contains("Zed"));
}

#[test]
fn a_change_is_shown_made_and_undone_exactly() {
    let home = Home::with(&[".config/zed"]);
    let file = home.path(".config/zed/settings.json");
    fs::write(&file, ZED).expect("a file");
    let plan = home.assistants.plan("zed", Action::Connect).expect("a plan");
    let lines = plan.lines();
    assert!(lines.iter().any(|line| line.kind == LineKind::Added && line.text.contains("/opt/runtray")), "{lines:?}");
    assert!(lines.iter().all(|line| line.kind != LineKind::Removed || line.text.contains("npx")), "{lines:?}");
    assert_eq!(text(&file), ZED, "showing changes nothing");
    home.do_it("zed", Action::Connect);
    assert_eq!(home.state("zed"), State::Connected);
    assert!(text(&file).starts_with("// Zed settings\n") && text(&file).contains("}, // end"));
    home.do_it("zed", Action::Disconnect);
    assert_eq!(text(&file), ZED);
}

#[test]
fn a_file_that_was_not_there_is_gone_again() {
    let home = Home::with(&[".cursor"]);
    assert!(home.assistants.plan("cursor", Action::Connect).expect("a plan").makes_file());
    home.do_it("cursor", Action::Connect);
    assert!(text(&home.path(".cursor/mcp.json")).contains("mcpServers"));
    home.do_it("cursor", Action::Disconnect);
    assert!(!home.path(".cursor/mcp.json").exists());
}

#[test]
fn what_was_changed_since_stays_when_it_is_undone() {
    let home = Home::with(&[".config/zed"]);
    let file = home.path(".config/zed/settings.json");
    fs::write(&file, ZED).expect("a file");
    home.do_it("zed", Action::Connect);
    fs::write(&file, text(&file).replace("One Dark", "Ayu")).expect("a file");
    home.do_it("zed", Action::Disconnect);
    assert_eq!(home.state("zed"), State::Absent);
    assert!(text(&file).contains("Ayu") && text(&file).contains("npx"));
}

#[test]
fn an_entry_that_was_replaced_comes_back_although_the_file_has_changed_since() {
    let home = Home::with(&[".config/zed", ".codex"]);
    let (zed, codex) = (home.path(".config/zed/settings.json"), home.path(".codex/config.toml"));
    let own = "\"runtray\": { \"command\": \"/mine\", \"args\": [\"a\", 1, null], \"env\": { \"A\": true } }";
    fs::write(&zed, ZED.replace("\"other\"", &format!("{own},\n    \"other\""))).expect("a file");
    fs::write(&codex, "[mcp_servers.runtray]\ncommand = \"/mine\" # why\n").expect("a file");
    for (id, file) in [("zed", &zed), ("codex", &codex)] {
        home.do_it(id, Action::Connect);
        fs::write(file, text(file).replace("One Dark", "Ayu") + "\n").expect("a file");
        home.do_it(id, Action::Disconnect);
        assert_eq!(home.state(id), State::Other, "{id}");
    }
    let words: String = text(&zed).split_whitespace().collect();
    assert!(words.contains(&own.replace(' ', "")) && words.contains("Ayu"), "{}", text(&zed));
    assert_eq!(text(&codex), "[mcp_servers.runtray]\ncommand = \"/mine\" # why\n\n");
}

#[test]
fn an_entry_is_removed_from_a_changed_file_although_its_copy_is_lost() {
    let home = Home::with(&[".config/zed"]);
    let file = home.path(".config/zed/settings.json");
    fs::write(&file, ZED).expect("a file");
    home.do_it("zed", Action::Connect);
    for copy in
        fs::read_dir(home.folder.path().join("data/assistants")).expect("copies").map(|copy| copy.expect("one").path())
    {
        if copy.extension().is_some_and(|end| end == "before") {
            fs::remove_file(copy).expect("a copy");
        }
    }
    assert!(home.assistants.plan("zed", Action::Disconnect).is_err(), "the exact text is gone");
    fs::write(&file, text(&file).replace("One Dark", "Ayu")).expect("a file");
    home.do_it("zed", Action::Disconnect);
    assert_eq!(home.state("zed"), State::Absent);
}

#[test]
fn a_file_that_changed_after_it_was_shown_is_not_written() {
    let home = Home::with(&[".cursor"]);
    let file = home.path(".cursor/mcp.json");
    let plan = home.assistants.plan("cursor", Action::Connect).expect("a plan");
    fs::write(&file, "{\"mcpServers\": {\"new\": {}}}").expect("a file");
    let refused = home.assistants.apply("cursor", Action::Connect, &plan.basis).expect_err("it changed");
    assert!(refused.to_string().contains("mcp.json"), "{refused}");
    assert_eq!(text(&file), "{\"mcpServers\": {\"new\": {}}}");
}

#[test]
fn a_file_with_a_mistake_is_left_alone() {
    let home = Home::with(&[".cursor", ".codex"]);
    fs::write(home.path(".cursor/mcp.json"), "{\n  \"mcpServers\": {\n").expect("a file");
    fs::write(home.path(".codex/config.toml"), [0xff, 0xfe, 0]).expect("a file");
    assert!(matches!(home.state("cursor"), State::Broken(why) if why.to_string().contains("line")));
    assert!(matches!(home.state("codex"), State::Broken(_)));
    assert_eq!(home.assistants.file("cursor"), Ok(home.path(".cursor/mcp.json")));
    assert!(home.assistants.file("zed").is_err());
    assert!(home.assistants.plan("cursor", Action::Connect).is_err());
}

#[test]
fn without_the_program_nothing_is_planned() {
    let mut home = Home::with(&[".cursor"]);
    home.assistants.program = None;
    let refused = home.assistants.plan("cursor", Action::Connect).expect_err("no program");
    assert!(refused.to_string().contains("runtray"), "{refused}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let home = Home::with(&[".cursor", "dotfiles"]);
    let (real, link) = (home.path("dotfiles/mcp.json"), home.path(".cursor/mcp.json"));
    fs::write(&real, "{}").expect("a file");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("a mode");
    symlink(&real, &link).expect("a link");
    home.do_it("cursor", Action::Connect);
    assert!(link.is_symlink() && text(&real).contains("/opt/runtray"));
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
    let copies = home.folder.path().join("data/assistants");
    assert_eq!(fs::metadata(&copies).expect("a folder").permissions().mode() & 0o777, 0o700);
}
