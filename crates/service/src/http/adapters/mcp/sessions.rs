//! The sessions of clients that speak a protocol version with sessions.
//!
//! A session holds no program, only the client's initialisation. Clients often leave without ending theirs, so the oldest
//! is closed when there are too many, and an idle session times out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager as _};

/// The most sessions at once.
const MOST: usize = 128;
/// How long a session may be idle. A client whose session has ended is told so, and begins a new one.
const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// All sessions, oldest first.
pub(super) struct Sessions {
    /// The sessions of the SDK.
    pub(super) manager: Arc<LocalSessionManager>,
    begun: Mutex<VecDeque<SessionId>>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        let mut manager = LocalSessionManager::default();
        manager.session_config.keep_alive = Some(IDLE);
        Self { manager: Arc::new(manager), begun: Mutex::default() }
    }

    /// Notes a new session; the oldest one is closed if there are too many.
    pub(super) async fn begun(&self, id: &str) {
        let oldest = {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            begun.push_back(SessionId::from(id));
            if begun.len() > MOST { begun.pop_front() } else { None }
        };
        if let Some(oldest) = oldest {
            // An error means that it has ended already.
            let _ = self.manager.close_session(&oldest).await;
        }
    }

    /// Notes that a client has ended its session.
    pub(super) fn ended(&self, id: &str) {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).retain(|session| session.as_ref() != id);
    }
}
