//! The folder of the screenshots, and their compression.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::webdriver::Page;

/// The environment variable with the folder for the screenshots.
const FOLDER: &str = "RUNTRAY_PICTURES";

/// Waits until the page's transitions have ended.
const AT_REST: &str = "return Promise.all(document.getAnimations()\
    .filter((one) => one instanceof CSSTransition).map((one) => one.finished))";

/// Changes the app's theme through the same command as the Settings.
const CHANGE_SETTINGS: &str = "return window.__TAURI_INTERNALS__.invoke('change_settings', { changes: arguments[0] })";

/// The folder of the screenshots.
pub(super) struct Album {
    folder: PathBuf,
}

impl Album {
    /// Opens the folder that the task names.
    pub(super) fn open() -> Self {
        let folder = std::env::var_os(FOLDER).unwrap_or_else(|| panic!("{FOLDER} names the folder of the pictures"));
        Self { folder: folder.into() }
    }

    /// Adds screenshots of the page in light and in dark.
    pub(super) fn add_both(&self, name: &str, page: &Page<'_>) {
        for theme in ["light", "dark"] {
            page.script(CHANGE_SETTINGS, &[json!({ "desktop.theme": theme })]);
            page.find(&format!("html[data-theme={theme}]"));
            page.script(AT_REST, &[]);
            self.add(&format!("{name}-{theme}"), &page.screenshot().expect("a picture"));
        }
    }

    /// Adds a screenshot: compressed, with a thin border, so that it stands out from a page of the same colour.
    pub(super) fn add(&self, name: &str, picture: &[u8]) {
        let file = self.folder.join(name).with_extension("png");
        let mut convert = Command::new("convert");
        convert.args(["png:-", "-bordercolor", "#8c8c8c", "-border", "1", "-strip", "+dither", "-colors", "255"]);
        convert.args(["-define", "png:compression-level=9"]).arg(format!("PNG8:{}", file.display()));
        let mut convert = convert.stdin(Stdio::piped()).spawn().expect("ImageMagick");
        convert.stdin.take().expect("a pipe").write_all(picture).expect("ImageMagick reads");
        assert!(convert.wait().expect("ImageMagick").success(), "{} was not written", file.display());
        eprintln!("{}", file.display());
    }
}
