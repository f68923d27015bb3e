//! Refused web origins that wait for the user's approval.
//!
//! Any page can cause entries, so their number and the rate of new ones are limited: a page that invents origins can neither
//! fill the memory nor flood the window.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::platform::origin::Origin;
use crate::runs::shown_program::ShownProgram;

const MOST_ORIGINS: usize = 20;
const MOST_NEW: usize = 10;
const NEW_WINDOW: Duration = Duration::from_secs(60);

/// A web origin that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingOrigin {
    /// The origin.
    pub origin: Origin,
    /// When it was first refused.
    pub first_refused_at: OffsetDateTime,
    /// How often it has been refused since then.
    pub refusals: u64,
    /// The first program that it wanted to run, if one was seen. It is the page's own word: other programs may follow.
    pub program: Option<ShownProgram>,
}

/// The refused origins, oldest first.
#[derive(Default)]
pub(crate) struct PendingOrigins {
    origins: watch::Sender<Vec<PendingOrigin>>,
    recent: Mutex<VecDeque<Instant>>,
}

impl PendingOrigins {
    /// Notes that `origin` was refused. Only a new origin is published; returns whether this one is.
    pub(crate) fn note(&self, origin: &Origin) -> bool {
        self.note_at(origin, Instant::now())
    }

    fn note_at(&self, origin: &Origin, now: Instant) -> bool {
        self.origins.send_if_modified(|origins| {
            if let Some(known) = origins.iter_mut().find(|known| known.origin == *origin) {
                known.refusals += 1;
                return false;
            }
            let new = self.takes_new(now);
            if new {
                push(origins, origin);
            }
            new
        })
    }

    /// Whether `origin` waits and its program is not known.
    pub(crate) fn lacks_program(&self, origin: &Origin) -> bool {
        self.origins.borrow().iter().any(|known| known.origin == *origin && known.program.is_none())
    }

    /// Notes the program of a waiting origin, unless one is known.
    pub(crate) fn describe(&self, origin: &Origin, program: ShownProgram) {
        self.origins.send_if_modified(|origins| {
            let known = origins.iter_mut().find(|known| known.origin == *origin && known.program.is_none());
            known.map(|known| known.program = Some(program)).is_some()
        });
    }

    /// Removes the pages of this one's site.
    pub(crate) fn forget_site(&self, page: &Origin) {
        let site = page.site();
        self.remove(|pending| pending.site() == site);
    }

    /// Removes the origins that have been allowed or denied.
    pub(crate) fn forget(&self, decided: &[Origin]) {
        self.remove(|pending| decided.iter().any(|origin| origin.is_same_page(pending)));
    }

    fn remove(&self, is_decided: impl Fn(&Origin) -> bool) {
        self.origins.send_if_modified(|origins| {
            let before = origins.len();
            origins.retain(|pending| !is_decided(&pending.origin));
            origins.len() != before
        });
    }

    /// A watch channel of the origins.
    pub(crate) fn watch(&self) -> watch::Receiver<Vec<PendingOrigin>> {
        self.origins.subscribe()
    }

    fn takes_new(&self, now: Instant) -> bool {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|at| now.duration_since(*at) < NEW_WINDOW);
        let takes = recent.len() < MOST_NEW;
        if takes {
            recent.push_back(now);
        }
        takes
    }
}

fn push(origins: &mut Vec<PendingOrigin>, origin: &Origin) {
    if origins.len() >= MOST_ORIGINS {
        origins.remove(0);
    }
    origins.push(PendingOrigin {
        origin: origin.clone(),
        first_refused_at: OffsetDateTime::now_utc(),
        refusals: 1,
        program: None,
    });
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{MOST_NEW, MOST_ORIGINS, NEW_WINDOW, PendingOrigins};
    use crate::platform::origin::Origin;
    use crate::runs::shown_program::{MOST_LINES, ShownProgram};

    fn origin(number: usize) -> Origin {
        format!("http://site{number}.example").parse().expect("an origin")
    }

    #[test]
    fn the_same_origin_is_one_entry() {
        let pending = PendingOrigins::default();
        assert!(pending.note(&origin(1)) && !pending.note(&origin(1)));
        let list = pending.watch().borrow().clone();
        assert_eq!((list.len(), list[0].refusals), (1, 2));
        pending.forget(&[origin(1)]);
        assert!(pending.watch().borrow().clone().is_empty());
    }

    #[test]
    fn the_first_program_is_kept_and_can_do_nothing_to_who_sees_it() {
        let pending = PendingOrigins::default();
        pending.describe(&origin(1), ShownProgram::begins("print(0)", None));
        pending.note(&origin(1));
        assert!(pending.lacks_program(&origin(1)), "it was not waiting before");
        let code = format!("if x:\n\tprint('\u{202e}\u{1b}[2J{}')\n{}", "y".repeat(1000), "pass\n".repeat(50));
        pending.describe(&origin(1), ShownProgram::begins(&code, Some("py\nthon")));
        pending.describe(&origin(1), ShownProgram::begins("later", None));
        let program = pending.watch().borrow()[0].program.clone().expect("a program");
        assert_eq!((program.lines.len(), program.more_lines), (MOST_LINES, 52 - MOST_LINES));
        assert!(program.lines[1].starts_with(r"    print('\u{202e}\u{1b}[2Jyyy") && program.lines[1].ends_with('…'));
        assert_eq!(program.language.as_deref(), Some(r"py\nthon"));
    }

    #[test]
    fn a_denied_page_takes_its_site_along() {
        let pending = PendingOrigins::default();
        for page in
            ["https://a.site.example", "http://b.site.example:81", "https://other.example", "http://localhost:1"]
        {
            pending.note(&page.parse().expect(page));
        }
        pending.forget_site(&"https://site.example".parse().expect("an origin"));
        pending.forget_site(&"http://localhost:2".parse().expect("an origin"));
        let left: Vec<_> = pending.watch().borrow().iter().map(|one| one.origin.to_string()).collect();
        assert_eq!(left, ["https://other.example", "http://localhost:1"]);
    }

    #[test]
    fn new_origins_are_limited_in_rate_and_number() {
        let pending = PendingOrigins::default();
        let start = Instant::now();
        assert_eq!((0..1000).filter(|number| pending.note_at(&origin(*number), start)).count(), MOST_NEW);
        assert_eq!(pending.watch().borrow().clone().len(), MOST_NEW);
        for window in 1..=3 {
            (0..1000).for_each(|number| {
                pending.note_at(&origin(window * 1000 + number), start + NEW_WINDOW * window as u32);
            });
        }
        let list = pending.watch().borrow().clone();
        assert_eq!(list.len(), MOST_ORIGINS);
        assert_eq!(list[MOST_ORIGINS - 1].origin, origin(3009), "the newest is missing");
    }
}
