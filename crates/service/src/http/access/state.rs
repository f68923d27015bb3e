//! All state of the access rules besides the settings.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use runtray_engine::message::LocalizedMessage;

use super::denials::Denials;
use super::need::Need;
use super::pending::PendingOrigins;
use super::token::Token;
use crate::platform::origin::Origin;
use crate::platform::paths::Paths;
use crate::sentences;
use crate::settings::Settings;

/// The state of the access rules besides the settings.
pub(crate) struct Access {
    /// Web origins that were allowed when the service was started, whatever the settings say.
    pub(crate) extra_origins: Vec<Origin>,
    /// Refused web origins that wait for the user's approval.
    pub(crate) pending: PendingOrigins,
    /// Web origins that were denied while the settings could not be written.
    pub(crate) denials: Denials,
    /// Where the token and the settings are.
    pub(crate) paths: Paths,
    serves_as_root: bool,
    token: RwLock<TokenState>,
}

struct TokenState {
    token: Option<Token>,
    /// Whether the token was given when the service was started.
    is_given: bool,
    /// Why there is no token.
    problem: Option<LocalizedMessage>,
}

impl Access {
    /// The state at the start. A `token` that is given switches strict mode on; without one the token file is read or made.
    pub(crate) fn new(
        paths: Paths,
        token: Option<Token>,
        extra_origins: Vec<Origin>,
        denials: Denials,
        serves_as_root: bool,
    ) -> Self {
        let token = TokenState { is_given: token.is_some(), token, problem: None };
        let pending = PendingOrigins::default();
        let access = Self { extra_origins, pending, denials, paths, serves_as_root, token: RwLock::new(token) };
        access.load_token();
        access
    }

    /// Applies new settings.
    pub(crate) fn apply(&self, settings: &Settings) {
        self.load_token();
        self.pending.forget(&settings.allowed_origins);
        self.pending.forget(&settings.denied_origins);
    }

    /// Loads the token if there is none yet. It is needed in every mode: other users' programs must send it, and `runtray run`
    /// uses it to recognise this service. Without a token the requests that need one are refused, and the status says why.
    fn load_token(&self) {
        let mut state = self.token.write().unwrap_or_else(PoisonError::into_inner);
        if state.token.is_some() {
            return;
        }
        let path = self.paths.token_file();
        match Token::load_or_create(&path) {
            Ok(token) => (state.token, state.problem) = (Some(token), None),
            Err(error) => {
                let problem = sentences::TOKEN_UNUSABLE.with("path", path.display()).with("cause", &error);
                tracing::error!("{problem}");
                state.problem = Some(problem);
            }
        }
    }

    /// Why every request needs the token, if it does.
    pub(crate) fn need_of_all(&self, settings: &Settings) -> Option<Need> {
        match () {
            () if settings.require_token || self.read_token().is_given => Some(Need::Strict),
            () if self.serves_as_root => Some(Need::Root),
            () => None,
        }
    }

    /// Whether every request needs the token.
    pub(crate) fn asks_for_token(&self, settings: &Settings) -> bool {
        self.need_of_all(settings).is_some()
    }

    /// The token, if there is one.
    pub(crate) fn token(&self) -> Option<Token> {
        self.read_token().token.clone()
    }

    /// Why there is no token, if every request needs it.
    pub(crate) fn problem(&self, settings: &Settings) -> Option<LocalizedMessage> {
        let problem = self.read_token().problem.clone();
        problem.filter(|_| self.asks_for_token(settings))
    }

    /// The state is replaced as a whole, so a panic elsewhere leaves nothing half-done.
    fn read_token(&self) -> RwLockReadGuard<'_, TokenState> {
        self.token.read().unwrap_or_else(PoisonError::into_inner)
    }
}
