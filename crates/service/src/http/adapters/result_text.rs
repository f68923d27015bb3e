//! The text of a result's file.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_wire::ResultFile;

/// The content of `file`, if it was sent and is UTF-8.
pub(super) fn text(file: &ResultFile) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(file.content.as_deref()?).ok()?).ok()
}
