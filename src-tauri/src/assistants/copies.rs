//! Copies of settings files from before Runtray changed them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use runtray_engine::private;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

use super::plan::{Plan, hash};

/// The folder of the copies, private to the user: settings of assistants hold keys.
pub(super) struct Copies(PathBuf);

/// The last change of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    file: PathBuf,
    /// The copy; `None` if there was no file.
    copy: Option<PathBuf>,
    /// The hash of the written text.
    written: String,
}

impl Copies {
    pub(super) fn below(data: &Path) -> Self {
        Self(data.join("assistants"))
    }

    /// Keeps the present content of the file, before `plan` is carried out.
    pub(super) fn keep(&self, id: &str, plan: &Plan) -> io::Result<()> {
        private::folder(&self.0)?;
        let format = format_description!("[year][month][day]T[hour][minute][second][subsecond digits:3]");
        let now = OffsetDateTime::now_utc().format(format).map_err(io::Error::other)?;
        let copy = self.0.join(format!("{id}-{now}.before"));
        if let Some(before) = &plan.before {
            private::create(&copy)?.write_all(before.as_bytes())?;
        }
        let copy = plan.before.is_some().then_some(copy);
        let kept = Kept { file: plan.file.clone(), copy, written: hash(plan.after.as_deref()) };
        private::create(&self.record(id))?.write_all(&serde_json::to_vec_pretty(&kept)?)
    }

    /// The last change; `None` if there was none.
    pub(super) fn of(&self, id: &str) -> Option<Kept> {
        serde_json::from_slice(&fs::read(self.record(id)).ok()?).ok()
    }

    /// Forgets the last change, because it was undone. The copy stays.
    pub(super) fn forget(&self, id: &str) {
        if let Err(error) = fs::remove_file(self.record(id))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, id, "the record of a change could not be deleted");
        }
    }

    fn record(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }
}

impl Kept {
    /// Whether it was a change of `file`.
    pub(super) fn is_of(&self, file: &Path) -> bool {
        self.file == file
    }

    /// Whether the file is still as Runtray wrote it.
    pub(super) fn was_written_as(&self, text: Option<&str>) -> bool {
        self.written == hash(text)
    }

    /// Its earlier text; `None` if there was no file.
    pub(super) fn before(&self) -> io::Result<Option<String>> {
        self.copy.as_ref().map(fs::read_to_string).transpose()
    }
}
